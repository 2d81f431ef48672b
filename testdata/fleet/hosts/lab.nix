{ pkgs, ... }:

{
  imports = [ ../modules/server.nix ];

  # Needs nixpkgs.config.allowUnfree, one day.
  environment.systemPackages = [ pkgs.unrar ];

  system.stateVersion = "25.11";
}
