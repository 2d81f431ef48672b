{ config, lib, pkgs, ... }:
with lib;
{
  options.system = {
    switch.enable = mkOption { type = types.bool; default = true; description = "Whether the system can be switched to."; };
    switch.inhibitors = mkOption {
      type = types.attrsOf types.str;
      default = { };
      description = "Critical components: a switch is refused where one of them differs.";
    };
    systemBuilderFiles = mkOption { internal = true; type = types.attrsOf types.raw; default = { }; description = "Further files of the system."; };
    build.inhibitSwitch = mkOption { internal = true; type = types.package; description = "The inhibitors as a file."; };
  };
  config.system = {
    build.inhibitSwitch = pkgs.writeText "switch-inhibitors" (toJSON config.system.switch.inhibitors);
    systemBuilderFiles = mkIf (versionAtLeast trivial.release "26.05") {
      switch-inhibitors.link = "${config.system.build.inhibitSwitch}";
    };
  };
}
