# Old names: some still work, some say what to write instead.
pkgs:
let inherit (pkgs) lib; in {
  system = lib.warn "'system' has been renamed to/replaced by 'stdenv.hostPlatform.system'" pkgs.stdenv.hostPlatform.system; # Converted to warning 2025-10-28
  docker_28 = throw "'docker_28' has been renamed to/replaced by 'docker'"; # Converted to throw 2026-01-04
  gnome = throw "'gnome.*' has been removed; its packages are now at the top level, use 'gnome-shell' instead"; # Converted to throw 2026-01-02
  dovecot_2_3 = throw "'dovecot_2_3' has been renamed to/replaced by 'dovecot'"; # Converted to throw 2026-01-02
  postgresql_15 = throw "'postgresql_15' has been removed, as it is end-of-life upstream"; # Added 2025-11-10
}
