{ ... }:

{
  services.dovecot2 = {
    enable = true;
    sslServerCert = "/var/lib/acme/mail.example.org/fullchain.pem";
  };

  system.stateVersion = "25.05";
}
