{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services.samba; in
{
  options.services.samba = {
    enable = mkEnableOption "Samba";
    openFirewall = mkEnableOption "the ports in the firewall";
    settings = mkOption { type = types.attrsOf (types.attrsOf types.anything); default = { }; description = "Sections of smb.conf."; };
  };
  config = mkIf cfg.enable {
    networking.firewall.allowedTCPPorts = mkIf cfg.openFirewall [ 139 445 ];
    environment.systemPackages = [ pkgs.samba ];
    environment.etc."samba/smb.conf".text = concatStrings (mapAttrsToList
      (name: share: "[${name}]\n${concatStrings (mapAttrsToList (n: v: "${n} = ${toString v}\n") share)}")
      cfg.settings);
    systemd.services.samba-smbd = {
      description = "Samba SMB daemon";
      wantedBy = [ "multi-user.target" ];
      restartTriggers = [ config.environment.etc."samba/smb.conf".source ];
      serviceConfig = { ExecStart = "${pkgs.samba}/bin/smbd --foreground --no-process-group"; Type = "notify"; };
    };
  };
}
