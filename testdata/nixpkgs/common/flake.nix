{
  description = "A small collection of packages";

  outputs = { self }:
    let
      lib = import ./lib;
      forAllSystems = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ];
      # What `nixos-version` says for a system built from a flake.
      versionModule = {
        _file = "${self.outPath}/flake.nix";
        config = {
          nixpkgs.flake.source = self.outPath;
          system.nixos.versionSuffix =
            ".${lib.substring 0 8 (self.lastModifiedDate or "19700101")}.${self.shortRev or "dirty"}";
          system.nixos.revision = self.rev or null;
        };
      };
    in
    {
      lib = lib // {
        nixosSystem = args: import ./nixos/lib/eval-config.nix (args // {
          inherit lib;
          modules = args.modules ++ [ versionModule ];
        });
      };

      legacyPackages = forAllSystems (system: import ./. { inherit system; });

      nixosModules.readOnlyPkgs = { };
    };
}
