{ config, pkgs, ... }:

{
  imports = [ ../modules/server.nix ];

  # For whoever logs in on the console.
  environment.etc.issue.text = "${config.networking.hostName} (${pkgs.system})\n";

  networking = {
    useDHCP = false;
    interfaces.wan.useDHCP = true;
    interfaces.lan.addresses = [ "10.0.0.1/24" ];
    nat = {
      enable = true;
      externalInterface = "wan";
      internalInterfaces = [ "lan" ];
    };
    wireguard.interfaces.wg0 = {
      listenPort = 51820;
      privateKeyFile = "/etc/wireguard/wg0.key";
    };
    firewall.allowedUDPPorts = [ 53 67 ];
  };

  services.unbound = {
    enable = true;
    settings.server = {
      interface = [ "10.0.0.1" ];
      access-control = [ "10.0.0.0/24 allow" ];
    };
  };

  services.kea.dhcp4 = {
    enable = true;
    settings.subnet4 = [{ id = 1; subnet = "10.0.0.0/24"; }];
  };

  system.stateVersion = "24.05";
}
