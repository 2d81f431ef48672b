# Options under their former names: renamed ones warn, removed ones fail.
{ lib, ... }:
with lib;
{
  imports = [
    (mkRenamedOptionModule [ "services" "xserver" "desktopManager" "gnome" "enable" ] [ "services" "desktopManager" "gnome" "enable" ])
    (mkRenamedOptionModule [ "services" "xserver" "displayManager" "gdm" "enable" ] [ "services" "displayManager" "gdm" "enable" ])
    (mkRenamedOptionModule [ "services" "logind" "lidSwitch" ] [ "services" "logind" "settings" "Login" "HandleLidSwitch" ])
    (mkRenamedOptionModule [ "services" "openssh" "passwordAuthentication" ] [ "services" "openssh" "settings" "PasswordAuthentication" ])
    (mkRemovedOptionModule [ "system" "switch" "enableNg" ] "The Perl implementation of switch-to-configuration has been removed.")
    (mkRemovedOptionModule [ "services" "dovecot2" "sslServerCert" ]
      "Dovecot 2.4 has a new configuration format. Use `services.dovecot2.settings.ssl_server_cert_file` instead.")
    (mkRemovedOptionModule [ "services" "dovecot2" "sslServerKey" ]
      "Dovecot 2.4 has a new configuration format. Use `services.dovecot2.settings.ssl_server_key_file` instead.")
  ];
}
