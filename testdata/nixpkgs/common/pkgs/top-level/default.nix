# The package set for one system: all packages, their old names, and the
# overlays of whoever imports it.
{ system, config ? { }, overlays ? [ ] }:
let
  lib = import ../../lib;
  versions = lib.importJSON ../versions.json;
  known = { inherit lib versions; };
  base = self:
    import ../stdenv { inherit lib config system; }
    // {
      inherit lib versions config system overlays;
      pkgs = self;
      path = ../..;
    }
    // import ./all-packages.nix known self
    // import ./python-packages.nix known self
    // import ./linux-kernels.nix known self;
  aliases = self: lib.optionalAttrs (config.allowAliases or true) (import ./aliases.nix self);
  extended = lib.foldl'
    (rattrs: overlay: self: let super = rattrs self; in super // overlay self super)
    (self: base self // aliases self)
    overlays;
in
lib.fix extended
