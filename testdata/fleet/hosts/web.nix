{ config, pkgs, ... }:

{
  imports = [ ../modules/server.nix ];

  services.nginx = {
    enable = true;
    recommendedTlsSettings = true;
    virtualHosts."shop.example.org" = {
      forceSSL = true;
      locations."/".proxyPass = "http://127.0.0.1:8000";
    };
  };

  services.postgresql = {
    enable = true;
    ensureDatabases = [ "shop" ];
  };

  environment.systemPackages = with pkgs; [ openssl ];

  system.stateVersion = "24.11";
}
