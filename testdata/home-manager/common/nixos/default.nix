# home-manager.users.<name>: people's homes as part of a NixOS system.
{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.home-manager;
  perUser = f: mapAttrsToList f cfg.users;
in
{
  options.home-manager = {
    useGlobalPkgs = mkEnableOption "the system's pkgs for Home Manager";
    useUserPackages = mkEnableOption "installation of packages through users.users.<name>.packages";
    backupFileExtension = mkOption { type = types.nullOr types.str; default = null; description = "What to append to files in the way."; };
    extraSpecialArgs = mkOption { type = types.attrs; default = { }; description = "Further arguments of every module."; };
    users = mkOption {
      type = types.attrsOf (types.submoduleWith {
        modules = [
          ../modules/home-environment.nix
          ../modules/programs.nix
          ../modules/rename.nix
          ({ name, ... }: {
            config._module.args.pkgs = mkDefault pkgs;
            config.home.username = config.users.users.${name}.name;
            config.home.homeDirectory = mkDefault "/home/${name}";
          })
        ];
        specialArgs = { inherit lib; osConfig = config; } // cfg.extraSpecialArgs;
      });
      default = { };
      description = "Per-user Home Manager configuration.";
    };
  };
  config = {
    warnings = concatLists (perUser (user: home: map (w: "${user} profile: ${w}") home.warnings));
    assertions = concatLists (perUser (user: home: map
      (a: a // { message = "${user} profile: ${a.message}"; })
      home.assertions));
    users.users = mkIf cfg.useUserPackages
      (mapAttrs (_: home: { packages = [ home.home.path ]; }) cfg.users);
    systemd.services = mapAttrs'
      (user: home: nameValuePair "home-manager-${user}" {
        description = "Home Manager environment for ${user}";
        wantedBy = [ "multi-user.target" ];
        after = [ "nix-daemon.socket" ];
        stopIfChanged = false;
        serviceConfig = {
          User = user;
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = "${home.home.activationPackage}/activate";
        };
      })
      cfg.users;
  };
}
