{ pkgs, ... }:

{
  environment.systemPackages = [
    pkgs.ripgrep
    pkgs.hub
  ];

  system.stateVersion = "25.05";
}
