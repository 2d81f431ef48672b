{
  outputs = _: {
    nixosConfigurations.web =
      let
        config = { allowUnfree = true; fancy = true; };
        pkgs = import ./nixpkgs { system = "x86_64-linux"; inherit config; overlays = [ (import ./overlay.nix) ]; };
        packages = with pkgs; [
          nginx curl lib-z jq tool unrar quiet bash_5 mine python313Packages.Foo_Bar linuxPackages_6_12.zfs_2_3
        ];
        patched = [ (pkgs.make "htop-3" { patched = true; }) ];
        toplevel = pkgs.make "nixos-system-web" { packages = packages ++ patched ++ [ (pkgs.make "stray-1" { }) ]; };
      in
      {
        inherit pkgs;
        config = { nixpkgs = { inherit config; }; system.build = { inherit toplevel; }; };
        options.environment.systemPackages.definitionsWithLocations = [
          { file = ./. + "/empty.nix"; value = throw "not this one"; }
          { file = ./. + "/web.nix"; value = packages ++ patched; }
        ];
      };
  };
}
