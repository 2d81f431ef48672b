{ pkgs, ... }:

{
  environment.systemPackages = [ pkgs.terraform ];

  system.stateVersion = "25.05";
}
