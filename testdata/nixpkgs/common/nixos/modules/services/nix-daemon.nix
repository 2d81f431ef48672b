{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.nix;
  show = v: if isList v then toString v else if isBool v then boolToString v else toString v;
in
{
  options.nix = {
    package = mkPackageOption pkgs "nix" { };
    settings = mkOption { type = types.attrsOf types.anything; default = { }; description = "Settings of nix.conf."; };
    gc.automatic = mkEnableOption "the garbage collector at certain times";
    gc.dates = mkOption { type = types.str; default = "03:15"; description = "When it runs."; };
    registry = mkOption { type = types.attrsOf types.anything; default = { }; description = "The system's flake registry."; };
  };
  config = {
    nix.settings = { max-jobs = mkDefault "auto"; sandbox = mkDefault true; };
    nix.registry = mkIf (config.nixpkgs.flake.source != null) {
      nixpkgs = { from = { id = "nixpkgs"; type = "indirect"; }; to = { type = "path"; path = config.nixpkgs.flake.source; }; };
    };
    environment.etc."nix/nix.conf".text = concatStrings (mapAttrsToList (n: v: "${n} = ${show v}\n") cfg.settings);
    environment.etc."nix/registry.json".text = toJSON { version = 2; flakes = attrValues cfg.registry; };
    systemd.sockets.nix-daemon = { description = "Nix Daemon Socket"; wantedBy = [ "sockets.target" ]; listenStreams = [ "/nix/var/nix/daemon-socket/socket" ]; };
    systemd.services.nix-daemon = {
      description = "Nix Daemon";
      requires = [ "nix-daemon.socket" ];
      path = [ cfg.package ];
      restartTriggers = [ config.environment.etc."nix/nix.conf".source ];
      serviceConfig = { ExecStart = "${cfg.package}/bin/nix-daemon --daemon"; KillMode = "process"; };
    };
    systemd.services.nix-gc = mkIf cfg.gc.automatic {
      description = "Nix Garbage Collector";
      startAt = cfg.gc.dates;
      script = "exec ${cfg.package}/bin/nix --gc";
      serviceConfig.Type = "oneshot";
    };
  };
}
