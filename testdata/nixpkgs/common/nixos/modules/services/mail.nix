{ config, lib, pkgs, ... }:
with lib;
let
  dovecot = config.services.dovecot2;
  postfix = config.services.postfix;
  conf = sep: settings: concatStrings (mapAttrsToList (n: v: "${n}${sep}${toString v}\n") settings);
in
{
  options.services = {
    dovecot2 = {
      enable = mkEnableOption "the dovecot 2.x POP3/IMAP server";
      package = mkPackageOption pkgs "dovecot" { };
      settings = mkOption { type = types.attrsOf (types.oneOf [ types.str types.int types.bool ]); default = { }; description = "Settings of dovecot.conf."; };
    };
    postfix = {
      enable = mkEnableOption "the Postfix mail server";
      settings.main = mkOption { type = types.attrsOf (types.oneOf [ types.str types.int ]); default = { }; description = "Settings of main.cf."; };
    };
  };
  config = mkMerge [
    (mkIf dovecot.enable {
      networking.firewall.allowedTCPPorts = [ 993 ];
      environment.etc."dovecot/dovecot.conf".text = conf " = " dovecot.settings;
      users.users.dovecot2 = { isSystemUser = true; group = "dovecot2"; };
      users.groups.dovecot2 = { };
      systemd.services.dovecot = {
        description = "Dovecot IMAP/POP3 server";
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.environment.etc."dovecot/dovecot.conf".source ];
        serviceConfig = { ExecStart = "${dovecot.package}/bin/dovecot -F"; Type = "notify"; };
      };
    })
    (mkIf postfix.enable {
      networking.firewall.allowedTCPPorts = [ 25 587 ];
      environment.etc."postfix/main.cf".text = conf " = " postfix.settings.main;
      users.users.postfix = { isSystemUser = true; group = "postfix"; uid = 73; };
      users.groups.postfix.gid = 73;
      systemd.services.postfix = {
        description = "Postfix mail server";
        wantedBy = [ "multi-user.target" ];
        serviceConfig = { ExecStart = "${pkgs.postfix}/bin/postfix start"; Type = "forking"; };
      };
    })
  ];
}
