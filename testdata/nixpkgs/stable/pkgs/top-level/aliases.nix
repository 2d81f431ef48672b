# Old names that still work.
pkgs: {
  system = pkgs.stdenv.hostPlatform.system; # Added 2021-10-22
  hub = pkgs.git; # Added 2025-01-30, dropped without a word in 26.05
  docker_28 = pkgs.docker; # Added 2025-10-01
  dovecot_2_3 = pkgs.dovecot; # Added 2025-11-02
  gnome = { inherit (pkgs) gnome-shell gdm; }; # Added 2024-08-11
  postgresql_15 = throw "'postgresql_15' has been removed, as it is end-of-life upstream"; # Added 2025-11-10
}
