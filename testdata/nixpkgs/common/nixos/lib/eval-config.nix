# lib.nixosSystem
{ lib, modules, system ? null, specialArgs ? { }, pkgs ? null }:
let
  eval = lib.evalModules {
    modules = import ../modules/module-list.nix
      ++ lib.optional (system != null) { _file = ./eval-config.nix; config.nixpkgs.system = lib.mkDefault system; }
      ++ lib.optional (pkgs != null) { _file = ./eval-config.nix; config._module.args.pkgs = pkgs; }
      ++ modules;
    specialArgs = { modulesPath = toString ../modules; } // specialArgs;
  };
  complete = eval: eval // {
    inherit lib;
    inherit (eval._module.args) pkgs;
    class = "nixos";
    extendModules = args: complete (eval.extendModules args);
  };
in
complete eval
