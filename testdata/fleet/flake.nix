{
  description = "octo's machines";

  inputs = {
    # Every machine follows one channel.
    nixpkgs.url = "git+@base@/NixOS/nixpkgs.git?ref=nixos-25.11";

    home-manager = {
      url = "git+@base@/nix-community/home-manager.git?ref=release-25.11";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs = { self, nixpkgs, home-manager, ... }@inputs:
    let
      host = system: name: nixpkgs.lib.nixosSystem {
        inherit system;
        specialArgs = { inherit inputs; };
        modules = [
          ./modules/common.nix
          ./hosts/${name}.nix
          { networking.hostName = name; }
        ];
      };
      intel = names: nixpkgs.lib.genAttrs names (host "x86_64-linux");
      arm = names: nixpkgs.lib.genAttrs names (host "aarch64-linux");
    in
    {
      nixosConfigurations =
        intel [ "build" "db-01" "desk" "lab" "mail" "nas" "router" "web" ]
        // arm [ "pi" ];
    };
}
