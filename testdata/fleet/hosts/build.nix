{ pkgs, ... }:

{
  imports = [ ../modules/server.nix ];

  services.buildbot-worker = {
    enable = true;
    masterUrl = "ci.example.org:9989";
  };
  virtualisation.docker.enable = true;

  system.stateVersion = "25.05";
}
