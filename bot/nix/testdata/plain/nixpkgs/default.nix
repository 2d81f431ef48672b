# As much of a nixpkgs as can be told from one with overlays.
{ system, config ? { }, overlays ? [ ] }:
let
  salt = import ../salt.nix;
  make = name: more: derivation ({
    inherit name system salt;
    builder = "/bin/sh";
    args = [ "-c" "exit 1" ];
  } // more) // { meta = { position = toString ./default.nix + ":5"; } // more.meta or { }; };
  base = self: {
    inherit system config overlays make;
    path = ./.;
    stdenv = { hostPlatform = { inherit system; }; buildPlatform = { inherit system; }; };
    lib-z = make "lib-z-1.2" { };
    source = make "nginx-1.29.tar.gz" { };
    nginx = make "nginx-1.29.4" { src = self.source; };
    curl = make "curl-8.17.0" { z = self.lib-z; };
    jq-source = make "jq-1.7.tar.gz" { };
    jq = make "jq-1.7" { src = self.jq-source; };
    tool = make "tool-1" { fancy = config.fancy or false; };
    htop = make "htop-3" { };
    unrar = if config.allowUnfree or false then make "unrar-7" { } else throw "unfree";
    quiet = make "quiet-1" { } // { meta.hydraPlatforms = [ ]; };
    bash_5 = make "bash-5.3" { };
    python313Packages.Foo_Bar = make "python3.13-foo-bar-1" { };
    linuxPackages_6_12.zfs_2_3 = make "zfs-kernel-2.3-6.12.58" { };
    worse = throw "it is gone";
  };
in
(import ./fix.nix) base overlays
