{ ... }:

{
  services.logind.lidSwitch = "ignore";
  services.xserver.desktopManager.gnome.enable = false;

  system.stateVersion = "25.05";
}
