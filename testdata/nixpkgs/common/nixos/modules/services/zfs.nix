{ config, lib, pkgs, ... }:
with lib;
let
  enabled = elem "zfs" config.boot.supportedFilesystems;
  pools = unique (map (fs: head (splitString "/" fs.device))
    (filter (fs: fs.fsType == "zfs") (attrValues config.fileSystems)));
in
{
  options = {
    boot.zfs.package = mkPackageOption pkgs "zfs" { };
    boot.zfs.extraPools = mkOption { type = types.listOf types.str; default = [ ]; description = "Further pools to import."; };
    services.zfs.autoScrub.enable = mkEnableOption "periodic scrubbing of ZFS pools";
  };
  config = mkIf enabled {
    assertions = [{
      assertion = config.networking.hostId != null;
      message = "ZFS requires networking.hostId to be set";
    }];
    boot.extraModulePackages = [ config.boot.kernelPackages.zfs ];
    boot.kernelModules = [ "zfs" ];
    environment.systemPackages = [ config.boot.zfs.package ];
    systemd.services = genAttrs (map (p: "zfs-import-${p}") (unique (pools ++ config.boot.zfs.extraPools))) (name: {
      description = "Import ZFS pool \"${removePrefix "zfs-import-" name}\"";
      wantedBy = [ "local-fs.target" ];
      restartIfChanged = false;
      unitConfig.DefaultDependencies = false;
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; ExecStart = "${config.boot.zfs.package}/bin/zpool import ${removePrefix "zfs-import-" name}"; };
    }) // {
      zfs-scrub = mkIf config.services.zfs.autoScrub.enable {
        description = "ZFS pools scrubbing";
        startAt = "monthly";
        serviceConfig = { Type = "oneshot"; ExecStart = "${config.boot.zfs.package}/bin/zpool scrub ${toString pools}"; };
      };
    };
  };
}
