# What every machine has.
{ config, lib, pkgs, inputs, ... }:

{
  time.timeZone = "Europe/Berlin";
  i18n.defaultLocale = "en_US.UTF-8";

  nix.settings.experimental-features = [ "nix-command" "flakes" ];
  nix.gc.automatic = true;

  services.openssh = {
    enable = true;
    settings.PasswordAuthentication = false;
  };

  users.users.octo = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOctoOctoOctoOctoOctoOctoOctoOctoOctoOctoOcto octo"
    ];
  };

  environment.systemPackages = with pkgs; [ curl git htop vim ];
}
