{ config, lib, pkgs, ... }:
with lib;
let
  fileSystem = { name, ... }: {
    options = {
      mountPoint = mkOption { type = types.str; default = name; description = "Where it is mounted."; };
      device = mkOption { type = types.nullOr types.str; default = null; description = "What is mounted."; };
      fsType = mkOption { type = types.str; default = "auto"; description = "Its type."; };
      options = mkOption { type = types.listOf types.str; default = [ "defaults" ]; description = "Mount options."; };
      neededForBoot = mkOption { type = types.bool; default = false; description = "Whether the initrd mounts it."; };
    };
  };
  systems = sort (a: b: a.mountPoint < b.mountPoint) (attrValues config.fileSystems);
  line = fs: "${fs.device} ${fs.mountPoint} ${fs.fsType} ${concatStringsSep "," (optional (fs.neededForBoot || fs.mountPoint == "/") "x-initrd.mount" ++ fs.options)} 0 ${if fs.mountPoint == "/" then "1" else "2"}";
in
{
  options = {
    fileSystems = mkOption { type = types.attrsOf (types.submodule fileSystem); default = { }; description = "The file systems to be mounted."; };
    swapDevices = mkOption {
      type = types.listOf (types.submodule { options.device = mkOption { type = types.str; description = "The device or file."; }; });
      default = [ ];
      description = "Swap devices.";
    };
  };
  config = {
    assertions = [{
      assertion = config.fileSystems ? "/";
      message = "The ‘fileSystems’ option does not specify your root file system.";
    }] ++ mapAttrsToList
      (name: fs: {
        assertion = fs.device != null;
        message = "The option `fileSystems.\"${name}\".device' is not set.";
      })
      config.fileSystems;
    environment.etc.fstab.text = ''
      # This is a generated file.  Do not edit!
      ${concatMapStringsSep "\n" line systems}
      ${concatMapStringsSep "\n" (s: "${s.device} none swap defaults") config.swapDevices}
    '';
  };
}
