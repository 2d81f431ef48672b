{
  description = "a machine for each kind of trouble";

  inputs = {
    nixpkgs.url = "git+@base@/NixOS/nixpkgs.git?ref=nixos-25.11";

    home-manager = {
      url = "git+@base@/nix-community/home-manager.git?ref=release-25.11";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs = { self, nixpkgs, home-manager, ... }@inputs:
    let
      host = name: nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [
          ./modules/common.nix
          ./modules/server.nix
          ./hosts/${name}.nix
          { networking.hostName = name; }
        ];
      };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "alias"
        "broken"
        "insecure"
        "missing"
        "recursion"
        "removed"
        "renamed"
        "stateless"
        "unfree"
        "unknown"
      ]
        host;
    };
}
