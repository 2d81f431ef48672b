{ pkgs, ... }:

{
  environment.systemPackages = [ pkgs.timescaledb_toolkit ];

  system.stateVersion = "25.05";
}
