# The tiny store behind path-info-*.json: two toplevels with NixOS' layout of
# references and real-life names. Captured on every Nix with
#
#   nix build --file store.nix before after
#   nix path-info -r --json [--json-format N] $(readlink result result-1)
#
# and kept as Nix wrote it.
let
  make =
    { name, outputs ? [ "out" ], refs ? [ ] }:
    derivation {
      inherit name outputs refs;
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-c" "for o in $outputs; do eval \"echo ${name} $o $refs > \\$$o\"; done" ];
    };

  toplevel =
    { version, linux, openssl, python, firefox, extra ? [ ] }:
    let
      patch = builtins.toFile "CVE-2024-6387.patch" "--- a\n+++ b\n";
      glibc = make { name = "glibc-2.40-66"; outputs = [ "out" "bin" "getent" ]; };
      ssl = make { name = "openssl-${openssl}"; outputs = [ "bin" "out" "man" ]; refs = [ glibc ]; };
      kernel = make { name = "linux-${linux}"; outputs = [ "out" "modules" ]; };
      zfs = make { name = "zfs-kernel-2.3.0-${linux}"; refs = [ kernel.modules ]; };
      requests = make { name = "python${python}-requests-2.32.3"; refs = [ ssl.out ]; };
      browser = make { name = "firefox-${firefox}"; refs = [ glibc ssl.out ]; };
      path = make { name = "system-path"; refs = [ glibc.bin ssl.bin ssl.man requests ] ++ extra; };
      alice = make { name = "user-environment"; refs = [ browser ]; };
      unit = make { name = "unit-systemd-fsck-.service"; refs = [ glibc ]; };
      etc = make { name = "etc"; refs = [ alice unit ]; };
    in
    make {
      name = "nixos-system-web-01-${version}";
      refs = [ kernel kernel.modules zfs path etc patch ];
    };
in
{
  before = toplevel {
    version = "25.05.20250101.abcdef0";
    linux = "6.12.10";
    openssl = "3.4.0";
    python = "3.12";
    firefox = "137.0.1";
  };
  after = toplevel {
    version = "25.11.20251101.bcdef01";
    linux = "6.12.13";
    openssl = "3.4.1";
    python = "3.13";
    firefox = "137.0.2";
    extra = [ (make { name = "hello-2.12.1"; }) ];
  };
}
