{ config, lib, pkgs, ... }:

{
  # On every release: the list asks for itself.
  environment.systemPackages =
    lib.optional (lib.elem pkgs.git config.environment.systemPackages) pkgs.ripgrep;

  system.stateVersion = "25.05";
}
