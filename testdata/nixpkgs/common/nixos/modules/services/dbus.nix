{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.dbus;
  broker = cfg.implementation == "broker";
  package = if broker then pkgs.dbus-broker else pkgs.dbus;
in
{
  options.services.dbus.implementation = mkOption {
    type = types.enum [ "dbus" "broker" ];
    default = if versionAtLeast trivial.release "26.05" then "broker" else "dbus";
    description = "The implementation of the message bus.";
  };
  config = {
    system.switch.inhibitors.dbus-implementation = cfg.implementation;
    environment.systemPackages = [ pkgs.dbus package ];
    environment.etc."dbus-1/system.conf".text = "<busconfig><user>messagebus</user></busconfig>\n";
    users.users.messagebus = { uid = 4; isSystemUser = true; group = "messagebus"; };
    users.groups.messagebus.gid = 4;
    systemd.aliases = mkIf broker { "dbus.service" = "dbus-broker.service"; };
    systemd.sockets.dbus = { description = "D-Bus System Message Bus Socket"; wantedBy = [ "sockets.target" ]; listenStreams = [ "/run/dbus/system_bus_socket" ]; };
    systemd.services.${if broker then "dbus-broker" else "dbus"} = {
      description = if broker then "D-Bus System Message Bus (broker)" else "D-Bus System Message Bus";
      wantedBy = [ "multi-user.target" ];
      requires = [ "dbus.socket" ];
      reloadIfChanged = true;
      restartTriggers = [ config.environment.etc."dbus-1/system.conf".source ];
      serviceConfig = {
        Type = "notify";
        ExecStart =
          if broker then "${package}/bin/dbus-broker-launch --scope system --audit"
          else "${package}/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation";
        ExecReload = "${package}/bin/${if broker then "dbus-broker-launch" else "dbus-send"} --reload";
      };
    };
  };
}
