{ config, pkgs, ... }:

{
  boot.loader.systemd-boot.enable = true;
  boot.supportedFilesystems = [ "zfs" ];
  networking.hostId = "8425e349";

  fileSystems."/" = {
    device = "tank/root";
    fsType = "zfs";
  };
  fileSystems."/srv" = {
    device = "tank/srv";
    fsType = "zfs";
  };
  services.zfs.autoScrub.enable = true;

  services.samba = {
    enable = true;
    openFirewall = true;
    settings = {
      global.workgroup = "HOME";
      srv = {
        path = "/srv";
        "read only" = "no";
      };
    };
  };

  system.stateVersion = "23.11";
}
