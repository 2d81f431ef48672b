# The units every NixOS machine has.
{ config, lib, pkgs, ... }:
with lib;
let
  upstream = extra: { dropIn = true; } // extra;
in
{
  systemd = {
    targets = {
      multi-user = { description = "Multi-User System"; wants = [ "basic.target" ]; unitConfig.X-StopOnReconfiguration = true; };
      basic = { description = "Basic System"; wants = [ "sysinit.target" "timers.target" "sockets.target" ]; };
      sysinit.description = "System Initialization";
      timers.description = "Timer Units";
      sockets.description = "Socket Units";
      network = { description = "Network"; unitConfig.RefuseManualStart = false; };
      network-online.description = "Network is Online";
      local-fs = { description = "Local File Systems"; unitConfig.X-StopOnReconfiguration = true; };
    };
    services = {
      systemd-journald = upstream { stopIfChanged = false; wantedBy = [ "sysinit.target" ]; };
      systemd-udevd = upstream { stopIfChanged = false; wantedBy = [ "sysinit.target" ]; };
      systemd-timesyncd = upstream { wantedBy = [ "sysinit.target" ]; restartTriggers = [ config.environment.etc."systemd/system.conf".source ]; };
      "getty@" = {
        description = "Getty on %I";
        restartIfChanged = false;
        unitConfig.ConditionPathExists = "/dev/tty0";
        serviceConfig.ExecStart = "${pkgs.util-linux}/bin/agetty --noclear %I $TERM";
      };
      systemd-tmpfiles-resetup = {
        description = "Re-setup tmpfiles on a system that is already running.";
        requiredBy = [ "sysinit-reactivation.target" ];
        serviceConfig = { Type = "oneshot"; ExecStart = "${config.systemd.package}/bin/systemd-tmpfiles --create"; };
        restartTriggers = [ config.environment.etc."tmpfiles.d/00-nixos.conf".source ];
      };
      logrotate = {
        description = "Logrotate Service";
        startAt = "hourly";
        serviceConfig = { Type = "oneshot"; Nice = 19; ExecStart = "${pkgs.coreutils}/bin/mv /var/log/wtmp /var/log/wtmp.1"; };
      };
    };
  };
}
