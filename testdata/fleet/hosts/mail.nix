{ config, ... }:

{
  imports = [ ../modules/server.nix ];

  services.postfix = {
    enable = true;
    settings.main.myhostname = "mail.example.org";
  };

  services.dovecot2 = {
    enable = true;
    sslServerCert = "/var/lib/acme/mail.example.org/fullchain.pem";
    sslServerKey = "/var/lib/acme/mail.example.org/key.pem";
  };

  system.stateVersion = "24.11";
}
