{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services.prometheus.exporters.node; in
{
  options.services.prometheus.exporters.node = {
    enable = mkEnableOption "the prometheus node exporter";
    port = mkOption { type = types.port; default = 9100; description = "The port to listen on."; };
    enabledCollectors = mkOption { type = types.listOf types.str; default = [ ]; description = "Collectors to enable."; };
  };
  config = mkIf cfg.enable {
    systemd.services.prometheus-node-exporter = {
      description = "Prometheus node exporter";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = "${pkgs.prometheus-node-exporter}/bin/node_exporter --web.listen-address :${toString cfg.port} ${toString cfg.enabledCollectors}";
        DynamicUser = true;
      };
    };
  };
}
