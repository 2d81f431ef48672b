{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.home;
  here = importJSON ../release.json;
  nixpkgsRelease = trivial.release;
in
{
  options = {
    assertions = mkOption { type = types.listOf types.unspecified; internal = true; default = [ ]; description = "Conditions that must hold."; };
    warnings = mkOption { type = types.listOf types.str; internal = true; default = [ ]; description = "Warnings."; };
    home = {
      username = mkOption { type = types.str; description = "The user's name."; };
      homeDirectory = mkOption { type = types.path; description = "The user's home."; };
      stateVersion = mkOption { type = types.str; description = "The release the home was first made with."; };
      packages = mkOption { type = types.listOf types.package; default = [ ]; description = "The user's packages."; };
      sessionVariables = mkOption { type = types.attrsOf types.str; default = { }; description = "Environment variables at login."; };
      enableNixpkgsReleaseCheck = mkOption { type = types.bool; default = true; description = "Whether to compare the releases of Home Manager and Nixpkgs."; };
      file = mkOption {
        type = types.attrsOf (types.submodule { options.text = mkOption { type = types.lines; default = ""; description = "The file's text."; }; });
        default = { };
        description = "Files in the home directory.";
      };
      path = mkOption { internal = true; type = types.package; description = "The tree of packages."; };
      activationPackage = mkOption { internal = true; type = types.package; description = "The home's generation."; };
    };
  };
  config = {
    warnings = optional (cfg.enableNixpkgsReleaseCheck && here.release != nixpkgsRelease) ''
      You are using

        Home Manager version ${here.release} and
        Nixpkgs version ${nixpkgsRelease}.

      Using mismatched versions is likely to cause errors and unexpected
      behavior. It is therefore highly recommended to use a release of Home
      Manager that corresponds with your chosen release of Nixpkgs.

      If you insist then you can disable this warning by adding

        home.enableNixpkgsReleaseCheck = false;

      to your configuration.
    '';
    home.path = pkgs.buildEnv { name = "home-manager-path"; dirs = [ "bin" ]; paths = cfg.packages; };
    home.activationPackage = pkgs.stdenv.mkDerivation {
      name = "home-manager-generation";
      files = {
        activate.exe = "#! ${pkgs.bash}/bin/bash\n# ${cfg.username}: ${cfg.homeDirectory}";
        home-path.link = "${cfg.path}";
        hm-version.text = here.release;
      } // mapAttrs' (name: f: nameValuePair "home-files/${name}" { inherit (f) text; }) cfg.file;
    };
  };
}
