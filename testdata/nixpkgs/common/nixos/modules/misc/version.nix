{ config, lib, ... }:
with lib;
let cfg = config.system.nixos; in
{
  options.system = {
    stateVersion = mkOption {
      type = types.str;
      default = trivial.release;
      description = "The release the system was first installed with. Never change it.";
    };
    name = mkOption { type = types.str; default = config.networking.hostName; description = "The name of the system, used in the derivation's."; };
    nixos = {
      release = mkOption { readOnly = true; type = types.str; default = trivial.release; description = "The NixOS release."; };
      codeName = mkOption { readOnly = true; type = types.str; default = trivial.codeName; description = "The NixOS release code name."; };
      versionSuffix = mkOption { internal = true; type = types.str; default = trivial.versionSuffix; description = "The NixOS version suffix."; };
      version = mkOption { internal = true; type = types.str; default = cfg.release + cfg.versionSuffix; description = "The full NixOS version."; };
      revision = mkOption { internal = true; type = types.nullOr types.str; default = null; description = "The Git revision of nixpkgs."; };
      tags = mkOption { type = types.listOf types.str; default = [ ]; description = "Strings to prefix to the default label."; };
      label = mkOption { type = types.str; default = concatStringsSep "-" (cfg.tags ++ [ cfg.version ]); description = "The label of the system."; };
    };
  };
  config.environment.etc.os-release.text = ''
    ANSI_COLOR="0;38;2;126;186;228"
    BUILD_ID="${cfg.version}"
    ID=nixos
    NAME=NixOS
    PRETTY_NAME="NixOS ${cfg.release} (${cfg.codeName})"
    VERSION="${cfg.release} (${cfg.codeName})"
    VERSION_CODENAME=${toLower cfg.codeName}
    VERSION_ID="${cfg.release}"
  '';
}
