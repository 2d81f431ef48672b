{ pkgs, ... }:

{
  imports = [ ../modules/server.nix ];

  services.postgresql = {
    enable = true;
    package = pkgs.postgresql_17;
    settings.shared_buffers = "4GB";
  };
  networking.firewall.allowedTCPPorts = [ 5432 ];

  environment.systemPackages = [ pkgs.borgbackup ];

  system.stateVersion = "25.11";
}
