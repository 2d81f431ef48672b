{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.networking;
  rules = pkgs.writeShellScriptBin "firewall-start" ''
    # ${config.networking.hostName}
    ${concatMapStrings (p: "iptables -A nixos-fw -p tcp --dport ${toString p} -j nixos-fw-accept\n") cfg.firewall.allowedTCPPorts}
    ${concatMapStrings (p: "iptables -A nixos-fw -p udp --dport ${toString p} -j nixos-fw-accept\n") cfg.firewall.allowedUDPPorts}
  '';
in
{
  options.networking = {
    hostName = mkOption { type = types.str; default = "nixos"; description = "The name of the machine."; };
    domain = mkOption { type = types.nullOr types.str; default = null; description = "The domain."; };
    hostId = mkOption { type = types.nullOr types.str; default = null; description = "The 32-bit host ID of the machine."; };
    useDHCP = mkOption { type = types.bool; default = true; description = "Whether to ask for addresses."; };
    nameservers = mkOption { type = types.listOf types.str; default = [ ]; description = "Name servers."; };
    networkmanager.enable = mkEnableOption "NetworkManager";
    interfaces = mkOption {
      type = types.attrsOf (types.submodule {
        options.addresses = mkOption { type = types.listOf types.str; default = [ ]; description = "Addresses with prefix lengths."; };
        options.useDHCP = mkOption { type = types.nullOr types.bool; default = null; description = "Whether to ask for addresses here."; };
      });
      default = { };
      description = "Network interfaces.";
    };
    firewall = {
      enable = mkOption { type = types.bool; default = true; description = "Whether to enable the firewall."; };
      allowedTCPPorts = mkOption { type = types.listOf types.port; default = [ ]; apply = p: sort (a: b: a < b) (unique p); description = "Open TCP ports."; };
      allowedUDPPorts = mkOption { type = types.listOf types.port; default = [ ]; apply = p: sort (a: b: a < b) (unique p); description = "Open UDP ports."; };
    };
  };
  config = {
    assertions = [{
      assertion = match "[a-z0-9]([a-z0-9-]{0,62})" cfg.hostName != null;
      message = "networking.hostName: ‘${cfg.hostName}’ is not a host name.";
    }];
    environment.etc.hosts.text = "127.0.0.1 localhost\n127.0.0.2 ${cfg.hostName}\n";
    environment.etc.hostname.text = "${cfg.hostName}\n";
    environment.etc."systemd/network/40-interfaces.network".text = concatStrings (mapAttrsToList
      (n: i: "[Match]\nName=${n}\n[Network]\n${concatMapStrings (a: "Address=${a}\n") i.addresses}DHCP=${boolToString (i.useDHCP == true)}\n")
      cfg.interfaces);
    environment.etc."resolv.conf" = mkIf (cfg.nameservers != [ ]) { text = concatMapStrings (n: "nameserver ${n}\n") cfg.nameservers; };
    systemd.services = mkMerge [
      (mkIf cfg.firewall.enable {
        firewall = {
          description = "Firewall";
          wantedBy = [ "sysinit.target" ];
          reloadIfChanged = true;
          unitConfig.DefaultDependencies = false;
          serviceConfig = {
            Type = "oneshot";
            RemainAfterExit = true;
            ExecStart = "@${rules}/bin/firewall-start firewall-start";
            ExecReload = "@${rules}/bin/firewall-start firewall-reload";
          };
        };
      })
      (mkIf cfg.networkmanager.enable {
        NetworkManager = {
          description = "Network Manager";
          wantedBy = [ "multi-user.target" ];
          stopIfChanged = false;
          serviceConfig.ExecStart = "${pkgs.networkmanager}/bin/NetworkManager --no-daemon";
        };
      })
      (mkIf (!cfg.networkmanager.enable) {
        systemd-networkd = { dropIn = true; wantedBy = [ "multi-user.target" ]; stopIfChanged = false; };
      })
    ];
    environment.systemPackages = optional cfg.networkmanager.enable pkgs.networkmanager;
  };
}
