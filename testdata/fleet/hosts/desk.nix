{ config, pkgs, inputs, ... }:

{
  imports = [ inputs.home-manager.nixosModules.home-manager ];

  boot.loader.systemd-boot.enable = true;
  boot.initrd.luks.devices.root.device = "/dev/disk/by-partlabel/root";
  hardware.enableRedistributableFirmware = true;
  fileSystems."/" = {
    device = "/dev/mapper/root";
    fsType = "btrfs";
    options = [ "compress=zstd" "noatime" ];
  };
  fileSystems."/boot" = {
    device = "/dev/disk/by-label/ESP";
    fsType = "vfat";
  };

  services.xserver = {
    enable = true;
    xkb.layout = "de";
    displayManager.gdm.enable = true;
    desktopManager.gnome.enable = true;
  };
  services.pipewire = {
    enable = true;
    pulse.enable = true;
  };
  services.logind.lidSwitch = "ignore";
  programs.firefox.enable = true;

  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ "networkmanager" "wheel" ];
  };
  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    users.alice = import ../home/alice.nix;
  };

  system.stateVersion = "25.05";
}
