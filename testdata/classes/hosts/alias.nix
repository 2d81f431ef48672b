{ pkgs, ... }:

{
  virtualisation.docker = {
    enable = true;
    package = pkgs.docker_28;
  };

  system.stateVersion = "25.05";
}
