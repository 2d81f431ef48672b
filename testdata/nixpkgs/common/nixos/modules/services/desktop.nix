{ config, lib, pkgs, ... }:
with lib;
let
  gdm = config.services.displayManager.gdm;
  gnome = config.services.desktopManager.gnome;
  pipewire = config.services.pipewire;
in
{
  options.services = {
    xserver.enable = mkEnableOption "the X server";
    xserver.xkb.layout = mkOption { type = types.str; default = "us"; description = "The keyboard layout."; };
    displayManager.gdm.enable = mkEnableOption "GDM, the GNOME Display Manager";
    desktopManager.gnome.enable = mkEnableOption "the GNOME desktop manager";
    pipewire.enable = mkEnableOption "PipeWire";
    pipewire.pulse.enable = mkEnableOption "PulseAudio emulation";
  };
  config = mkMerge [
    (mkIf gdm.enable {
      systemd.defaultUnit = "graphical.target";
      systemd.targets.graphical = { description = "Graphical Interface"; requires = [ "multi-user.target" ]; wants = [ "display-manager.service" ]; };
      environment.etc."X11/xorg.conf.d/00-keyboard.conf".text = "XkbLayout ${config.services.xserver.xkb.layout}\n";
      users.users.gdm = { isSystemUser = true; group = "gdm"; uid = 132; };
      users.groups.gdm.gid = 132;
      systemd.services.display-manager = {
        description = "Display Manager";
        wantedBy = [ "graphical.target" ];
        restartIfChanged = false;
        serviceConfig.ExecStart = "${pkgs.gdm}/bin/gdm";
      };
    })
    (mkIf gnome.enable {
      environment.systemPackages = [ pkgs.gnome-shell ];
      networking.networkmanager.enable = mkDefault true;
    })
    (mkIf pipewire.enable {
      environment.systemPackages = [ pkgs.pipewire ];
      environment.etc."systemd/user/pipewire.service".text = "[Unit]\nDescription=PipeWire Multimedia Service\n\n[Service]\nExecStart=${pkgs.pipewire}/bin/pipewire\n";
    })
  ];
}
