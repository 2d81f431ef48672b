{ lib, ... }:

{
  imports = [ ../modules/server.nix ];

  boot.loader.grub.enable = false;
  boot.loader.generic-extlinux-compatible.enable = true;
  boot.kernelParams = [ "console=ttyS1,115200n8" ];
  hardware.enableRedistributableFirmware = true;

  system.stateVersion = "23.05";
}
