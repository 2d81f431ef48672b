{ config, lib, pkgs, ... }:
with lib;
{
  options = {
    environment.systemPackages = mkOption { type = types.listOf types.package; default = [ ]; description = "The packages in everybody's path."; };
    system.path = mkOption { internal = true; type = types.package; description = "The tree of all system packages."; };
  };
  config = {
    environment.systemPackages = with pkgs; [ bash coreutils util-linux e2fsprogs openssh nix config.systemd.package glibc ];
    system.path = pkgs.buildEnv {
      name = "system-path";
      dirs = [ "bin" "share/man/man1" ];
      paths = concatMap (p: [ (getBin p) ] ++ optional (p ? man) p.man) config.environment.systemPackages;
    };
  };
}
