{ config, lib, pkgs, ... }:
with lib;
let
  program = name: { description ? name }: {
    enable = mkEnableOption description;
    package = mkPackageOption pkgs name { };
  };
  names = [ "firefox" "git" "htop" "vim" ];
in
{
  options.programs = genAttrs names (name: program name { });
  config.environment.systemPackages =
    concatMap (name: optional config.programs.${name}.enable config.programs.${name}.package) names;
}
