{ pkgs, ... }:

{
  environment.systemPackages = [ pkgs.libsoup_2_4 ];

  system.stateVersion = "25.05";
}
