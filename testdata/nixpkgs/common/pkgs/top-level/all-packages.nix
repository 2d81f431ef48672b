# The packages that need nothing but a shell, a size and their references.
{ lib, versions }: pkgs:
let
  inherit (pkgs) stdenv;
  libs = lib.concatMapStringsSep ":" (p: "${lib.getLib p}/lib");

  # tool gives a package of programs: what it links to, its size, and whether
  # it has manual pages and a library of their own.
  tool = pname: { version ? versions.${pname}, deps ? [ pkgs.glibc ], bin ? [ pname ], kib ? 48, man ? false, more ? { }, meta ? { }, passthru ? { } }:
    stdenv.mkDerivation {
      inherit pname version passthru meta;
      outputs = [ "out" ] ++ lib.optional man "man";
      files.out = lib.listToAttrs (map
        (b: lib.nameValuePair "bin/${b}" { exe = "${b} ${version} rpath ${libs deps}"; kib = kib / lib.length bin; })
        bin) // more;
      files.man."share/man/man1/${pname}.1.gz".text = "${pname} ${version}";
    };
  # library gives a package of one shared library.
  library = pname: { version ? versions.${pname}, deps ? [ pkgs.glibc ], kib ? 64, meta ? { } }:
    stdenv.mkDerivation {
      inherit pname version meta;
      files."lib/lib${pname}.so" = { text = "${pname} ${version} rpath ${libs deps}\n"; inherit kib; };
    };
  linksTo = deps: [ pkgs.glibc ] ++ deps;
in
{
  glibc = stdenv.mkDerivation {
    pname = "glibc";
    version = versions.glibc;
    outputs = [ "out" "bin" ];
    files.out."lib/libc.so.6".kib = 1900;
    files.out."lib/ld-linux.so.2".kib = 220;
    files.bin."bin/getent" = { exe = "getent"; kib = 30; };
  };
  glibcLocales = stdenv.mkDerivation {
    pname = "glibc-locales";
    version = versions.glibc;
    files."lib/locale/locale-archive".kib = 900;
  };
  openssl = stdenv.mkDerivation {
    pname = "openssl";
    version = versions.openssl;
    outputs = [ "bin" "out" "man" ];
    files.bin."bin/openssl" = { exe = "openssl rpath ${placeholder "out"}/lib:${libs [ pkgs.glibc ]}"; kib = 90; };
    files.out."lib/libssl.so.3" = { text = "ssl rpath ${libs [ pkgs.glibc ]}\n"; kib = 700; };
    files.out."lib/libcrypto.so.3".kib = 1400;
    files.man."share/man/man1/openssl.1.gz".kib = 12;
  };
  zlib = library "zlib" { };
  tzdata = stdenv.mkDerivation {
    pname = "tzdata";
    version = versions.tzdata;
    files."share/zoneinfo/Europe/Berlin".kib = 2;
    files."share/zoneinfo/UTC".kib = 1;
  };

  bash = tool "bash" { bin = [ "bash" "sh" ]; kib = 400; };
  coreutils = tool "coreutils" { bin = [ "cp" "ls" "mkdir" "mv" "rm" ]; kib = 300; };
  util-linux = tool "util-linux" { bin = [ "agetty" "login" "mount" "swapon" ]; kib = 200; man = true; };
  e2fsprogs = tool "e2fsprogs" { bin = [ "fsck.ext4" "mkfs.ext4" ]; };
  perl = tool "perl" { kib = 900; };
  curl = tool "curl" { deps = linksTo [ pkgs.openssl.out pkgs.zlib ]; man = true; };
  git = tool "git" { deps = linksTo [ pkgs.openssl.out pkgs.zlib pkgs.curl ]; kib = 800; };
  vim = tool "vim" { kib = 700; };
  htop = tool "htop" { };
  ripgrep = tool "ripgrep" { bin = [ "rg" ]; kib = 300; };
  borgbackup = tool "borgbackup" { bin = [ "borg" ]; deps = linksTo [ pkgs.openssl.out pkgs.python3 ]; };
  nix = tool "nix" { bin = [ "nix" "nix-daemon" ]; deps = linksTo [ pkgs.openssl.out pkgs.curl ]; kib = 900; };

  systemd = stdenv.mkDerivation {
    pname = "systemd";
    version = versions.systemd;
    outputs = [ "out" "man" ];
    files.out = lib.listToAttrs (map
      (unit: lib.nameValuePair "example/systemd/system/${unit}.service" {
        text = "[Unit]\nDescription=${unit}\n\n[Service]\nExecStart=${placeholder "out"}/lib/systemd/${unit}\n";
      }) [ "systemd-journald" "systemd-logind" "systemd-udevd" "systemd-timesyncd" "systemd-networkd" "systemd-resolved" ])
    // {
      "bin/systemctl" = { exe = "systemctl rpath ${libs [ pkgs.glibc ]}"; kib = 300; };
      "lib/systemd/systemd" = { exe = "systemd ${versions.systemd} rpath ${libs [ pkgs.glibc pkgs.openssl.out ]}"; kib = 900; };
      "lib/systemd/systemd-journald" = { exe = "journald"; kib = 100; };
      "lib/systemd/systemd-logind" = { exe = "logind"; kib = 100; };
    };
    files.man."share/man/man1/systemctl.1.gz".kib = 20;
  };
  dbus = tool "dbus" { bin = [ "dbus-daemon" "dbus-send" ]; };
  dbus-broker = tool "dbus-broker" { bin = [ "dbus-broker" "dbus-broker-launch" ]; };
  switch-to-configuration-ng = tool "switch-to-configuration" { kib = 200; };

  openssh = tool "openssh" { bin = [ "ssh" "sshd" "scp" ]; deps = linksTo [ pkgs.openssl.out pkgs.zlib ]; kib = 600; man = true; };
  nginx = tool "nginx" { deps = linksTo [ pkgs.openssl.out pkgs.zlib ]; kib = 500; };
  samba = tool "samba" { bin = [ "smbd" "nmbd" "smbclient" ]; kib = 1200; };
  unbound = tool "unbound" { deps = linksTo [ pkgs.openssl.out ]; };
  kea = tool "kea" { bin = [ "kea-dhcp4" ]; deps = linksTo [ pkgs.openssl.out ]; };
  nftables = tool "nftables" { bin = [ "nft" ]; };
  wireguard-tools = tool "wireguard-tools" { bin = [ "wg" ]; };
  postfix = tool "postfix" { deps = linksTo [ pkgs.openssl.out ]; };
  dovecot = tool "dovecot" { deps = linksTo [ pkgs.openssl.out ]; kib = 300; };
  docker = tool "docker" { bin = [ "docker" "dockerd" ]; kib = 1500; };
  networkmanager = tool "networkmanager" { bin = [ "NetworkManager" "nmcli" ]; kib = 400; };
  prometheus-node-exporter = tool "prometheus-node-exporter" { bin = [ "node_exporter" ]; deps = [ ]; kib = 400; };

  mesa = library "mesa" { kib = 1800; };
  pipewire = tool "pipewire" { kib = 200; };
  gnome-shell = tool "gnome-shell" { deps = linksTo [ pkgs.mesa pkgs.pipewire ]; kib = 700; };
  gdm = tool "gdm" { deps = linksTo [ pkgs.gnome-shell ]; };
  firefox = tool "firefox" { deps = linksTo [ pkgs.mesa pkgs.pipewire pkgs.zlib ]; kib = 3000; };

  postgresql = pkgs.postgresql_17;
  grub = tool "grub" { bin = [ "grub-install" ]; };
  uboot-raspberrypi = tool "uboot-raspberrypi" { bin = [ "u-boot" ]; deps = [ ]; };

  unrar = tool "unrar" {
    meta = {
      description = "Utility for RAR archives";
      license = lib.licenses.unfree;
    };
  };
  # What the next release takes another view of.
  terraform = tool "terraform" {
    meta = {
      description = "Tool for building, changing, and versioning infrastructure";
      license = if lib.versionAtLeast versions.terraform "1.6" then lib.licenses.unfree else lib.licenses.mit;
    };
  };
  libsoup_2_4 = library "libsoup" {
    version = "2.74.3";
    meta = {
      description = "HTTP client/server library for GNOME";
      knownVulnerabilities = lib.optional (lib.versionAtLeast lib.release "26.05") "libsoup 2 is end-of-life, CVE-2025-4948 stays open";
    };
  };
  timescaledb_toolkit = tool "timescaledb_toolkit" {
    version = "1.21.0";
    meta = {
      description = "Provide additional tools to ease all things analytic when using TimescaleDB";
      broken = lib.versionAtLeast lib.release "26.05";
    };
  };
  openssl_1_1 = tool "openssl" {
    version = "1.1.1w";
    meta = {
      description = "Cryptographic library that implements the SSL and TLS protocols";
      knownVulnerabilities = [ "OpenSSL 1.1 is reaching its end of life on 2023/09/11" ];
    };
  };
}
// lib.concatMapAttrs
  (name: version: lib.optionalAttrs (lib.hasPrefix "postgresql_" name) {
    ${name} = tool "postgresql" {
      inherit version;
      bin = [ "postgres" "psql" ];
      deps = linksTo [ pkgs.openssl.out pkgs.zlib ];
      kib = 1400;
      man = true;
      passthru.psqlSchema = lib.versions.major version;
    };
  })
  versions
