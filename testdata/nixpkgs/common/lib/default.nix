let
  lib =
    import ./prelude.nix
    // import ./pretty.nix lib
    // import ./options.nix lib
    // import ./modules.nix lib
    // import ./rename.nix lib
    // {
      types = import ./types.nix lib;
      inherit (import ./suggestions.nix lib) suggestions;
      inherit lib;
    };
in
lib
