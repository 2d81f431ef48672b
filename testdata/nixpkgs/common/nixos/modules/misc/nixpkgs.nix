{ config, lib, ... }:
with lib;
let cfg = config.nixpkgs; in
{
  options.nixpkgs = {
    system = mkOption { type = types.str; default = cfg.hostPlatform; description = "The system the packages are for."; };
    hostPlatform = mkOption { type = types.str; description = "The platform the configuration is for."; };
    config = mkOption { type = types.attrsOf types.anything; default = { }; description = "Global configuration for Nixpkgs."; };
    overlays = mkOption { type = types.listOf types.raw; default = [ ]; description = "Overlays to apply to Nixpkgs."; };
    flake.source = mkOption { type = types.nullOr types.str; default = null; description = "The path of the nixpkgs that built the system."; };
  };
  config._module.args.pkgs = mkDefault (import ../../.. {
    inherit (cfg) system config overlays;
  });
}
