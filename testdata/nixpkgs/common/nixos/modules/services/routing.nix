# What makes a machine a router: NAT, addresses and names for others.
{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services; in
{
  options = {
    networking.nat = {
      enable = mkEnableOption "Network Address Translation";
      externalInterface = mkOption { type = types.nullOr types.str; default = null; description = "The interface to the Internet."; };
      internalInterfaces = mkOption { type = types.listOf types.str; default = [ ]; description = "The interfaces of the network behind."; };
    };
    networking.wireguard.interfaces = mkOption {
      type = types.attrsOf (types.submodule {
        options.listenPort = mkOption { type = types.nullOr types.port; default = null; description = "The port to listen on."; };
        options.privateKeyFile = mkOption { type = types.str; description = "The file with the private key."; };
      });
      default = { };
      description = "WireGuard tunnels.";
    };
    services.unbound = {
      enable = mkEnableOption "Unbound, a validating resolver";
      settings = mkOption { type = types.attrsOf types.anything; default = { }; description = "Its configuration."; };
    };
    services.kea.dhcp4 = {
      enable = mkEnableOption "Kea's DHCPv4 server";
      settings = mkOption { type = types.attrsOf types.anything; default = { }; description = "Its configuration."; };
    };
  };
  config = mkMerge [
    (mkIf config.networking.nat.enable {
      assertions = [{
        assertion = config.networking.nat.externalInterface != null;
        message = "networking.nat.externalInterface must be set.";
      }];
      boot.kernel.sysctl."net.ipv4.conf.all.forwarding" = mkOverride 99 1;
      environment.systemPackages = [ pkgs.nftables ];
      systemd.services.nat = {
        description = "Network Address Translation";
        wantedBy = [ "network.target" ];
        reloadIfChanged = true;
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = "${pkgs.nftables}/bin/nft add table nat";
          ExecReload = "${pkgs.nftables}/bin/nft flush table nat";
        };
      };
    })
    {
      systemd.services = mapAttrs'
        (name: wg: nameValuePair "wireguard-${name}" {
          description = "WireGuard Tunnel - ${name}";
          wantedBy = [ "multi-user.target" ];
          path = [ pkgs.wireguard-tools ];
          serviceConfig = { Type = "oneshot"; RemainAfterExit = true; ExecStart = "${pkgs.wireguard-tools}/bin/wg setconf ${name} ${wg.privateKeyFile}"; };
        })
        config.networking.wireguard.interfaces;
      boot.kernelModules = optional (config.networking.wireguard.interfaces != { }) "wireguard";
      networking.firewall.allowedUDPPorts =
        concatMap (wg: optional (wg.listenPort != null) wg.listenPort) (attrValues config.networking.wireguard.interfaces);
    }
    (mkIf cfg.unbound.enable {
      environment.etc."unbound/unbound.conf".text = toJSON cfg.unbound.settings;
      users.users.unbound = { isSystemUser = true; group = "unbound"; };
      users.groups.unbound = { };
      systemd.services.unbound = {
        description = "Unbound recursive Domain Name Server";
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.environment.etc."unbound/unbound.conf".source ];
        serviceConfig = { ExecStart = "${pkgs.unbound}/bin/unbound -p -d"; StateDirectory = "unbound"; User = "unbound"; };
      };
    })
    (mkIf cfg.kea.dhcp4.enable {
      environment.etc."kea/dhcp4-server.conf".text = toJSON { Dhcp4 = cfg.kea.dhcp4.settings; };
      systemd.services.kea-dhcp4-server = {
        description = "Kea DHCPv4 Server";
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.environment.etc."kea/dhcp4-server.conf".source ];
        serviceConfig = { ExecStart = "${pkgs.kea}/bin/kea-dhcp4 -c /etc/kea/dhcp4-server.conf"; StateDirectory = "kea"; };
      };
    })
  ];
}
