{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.openssh;
  show = v: if isBool v then (if v then "yes" else "no") else toString v;
in
{
  options.services.openssh = {
    enable = mkEnableOption "the OpenSSH secure shell daemon";
    package = mkPackageOption pkgs "openssh" { };
    ports = mkOption { type = types.listOf types.port; default = [ 22 ]; description = "Ports to listen on."; };
    openFirewall = mkOption { type = types.bool; default = true; description = "Whether to open the ports."; };
    settings = {
      PasswordAuthentication = mkOption { type = types.bool; default = true; description = "Whether a password is enough."; };
      PermitRootLogin = mkOption {
        type = types.enum [ "yes" "without-password" "prohibit-password" "forced-commands-only" "no" ];
        default = "prohibit-password";
        description = "Whether root may log in.";
      };
      X11Forwarding = mkOption { type = types.bool; default = false; description = "Whether X11 may be forwarded."; };
    };
  };
  config = mkIf cfg.enable {
    networking.firewall.allowedTCPPorts = mkIf cfg.openFirewall cfg.ports;
    users.users.sshd = { isSystemUser = true; group = "sshd"; description = "SSH privilege separation user"; };
    users.groups.sshd = { };
    environment.etc."ssh/sshd_config".text = ''
      ${concatMapStringsSep "\n" (p: "Port ${toString p}") cfg.ports}
      ${concatStringsSep "\n" (mapAttrsToList (n: v: "${n} ${show v}") cfg.settings)}
      UsePAM yes
    '';
    systemd.services.sshd = {
      description = "SSH Daemon";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      stopIfChanged = false;
      restartTriggers = [ config.environment.etc."ssh/sshd_config".source ];
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/sshd -D -f /etc/ssh/sshd_config";
        KillMode = "process";
        Restart = "always";
        Type = "notify";
      };
    };
  };
}
