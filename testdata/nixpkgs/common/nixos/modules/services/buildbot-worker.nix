{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services.buildbot-worker; in
{
  options.services.buildbot-worker = {
    enable = mkEnableOption "the Buildbot Worker";
    package = mkOption { type = types.package; default = pkgs.python3Packages.buildbot-worker; description = "The package to use."; };
    masterUrl = mkOption { type = types.str; default = "localhost:9989"; description = "The master it works for."; };
  };
  config = mkIf cfg.enable {
    users.users.bbworker = { isSystemUser = true; group = "bbworker"; home = "/home/bbworker"; createHome = true; };
    users.groups.bbworker = { };
    systemd.services.buildbot-worker = {
      description = "Buildbot Worker";
      wantedBy = [ "multi-user.target" ];
      path = [ pkgs.git ];
      environment.MASTER_URL = cfg.masterUrl;
      serviceConfig = { ExecStart = "${cfg.package}/bin/buildbot-worker start --nodaemon"; User = "bbworker"; };
    };
  };
}
