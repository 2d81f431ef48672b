{ config, lib, pkgs, ... }:
with lib;
let cfg = config.virtualisation.docker; in
{
  options.virtualisation.docker = {
    enable = mkEnableOption "docker";
    package = mkPackageOption pkgs "docker" { };
  };
  config = mkIf cfg.enable {
    boot.kernelModules = [ "bridge" "veth" ];
    environment.systemPackages = [ cfg.package ];
    users.groups.docker.gid = 131;
    systemd.sockets.docker = { description = "Docker Socket for the API"; wantedBy = [ "sockets.target" ]; listenStreams = [ "/run/docker.sock" ]; };
    systemd.services.docker = {
      description = "Docker Application Container Engine";
      wantedBy = [ "multi-user.target" ];
      requires = [ "docker.socket" ];
      restartIfChanged = false;
      serviceConfig = { Type = "notify"; ExecStart = "${cfg.package}/bin/dockerd --config-file=/etc/docker/daemon.json"; };
    };
  };
}
