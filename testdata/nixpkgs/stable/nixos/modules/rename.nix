# Options under their former names. In this release most still work silently.
{ config, lib, ... }:
with lib;
let cfg = config.services.dovecot2; in
{
  imports = [
    (mkAliasOptionModule [ "services" "xserver" "desktopManager" "gnome" "enable" ] [ "services" "desktopManager" "gnome" "enable" ])
    (mkAliasOptionModule [ "services" "xserver" "displayManager" "gdm" "enable" ] [ "services" "displayManager" "gdm" "enable" ])
    (mkAliasOptionModule [ "services" "logind" "lidSwitch" ] [ "services" "logind" "settings" "Login" "HandleLidSwitch" ])
    (mkRenamedOptionModule [ "services" "openssh" "passwordAuthentication" ] [ "services" "openssh" "settings" "PasswordAuthentication" ])
    (mkRemovedOptionModule [ "system" "switch" "enableNg" ] "The Perl implementation of switch-to-configuration has been removed.")
  ];
  # The next release has this module no more.
  options.services.morty.enable = mkEnableOption "morty";
  options.services.dovecot2 = {
    sslServerCert = mkOption { type = types.nullOr types.str; default = null; description = "Path to the server's public key."; };
    sslServerKey = mkOption { type = types.nullOr types.str; default = null; description = "Path to the server's private key."; };
  };
  config.services.dovecot2.settings =
    optionalAttrs (cfg.sslServerCert != null) { ssl_cert = "<${cfg.sslServerCert}"; }
    // optionalAttrs (cfg.sslServerKey != null) { ssl_key = "<${cfg.sslServerKey}"; };
}
