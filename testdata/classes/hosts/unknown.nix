{ ... }:

{
  services.morty.enable = true;

  system.stateVersion = "25.05";
}
