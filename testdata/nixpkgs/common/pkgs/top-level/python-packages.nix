# Python and its packages, named after the interpreter they are for.
{ lib, versions }: pkgs:
let
  inherit (pkgs) stdenv;
  minor = lib.versions.majorMinor versions.python3;

  module = pname: { version ? versions."python-${pname}", deps ? [ ], kib ? 60, check ? "" }:
    stdenv.mkDerivation {
      name = "python${minor}-${pname}-${version}";
      env = { inherit pname version; };
      script = check;
      files."lib/python${minor}/site-packages/${pname}/__init__.py" = {
        text = "# ${toString ([ pkgs.python3 ] ++ deps)}\n";
        inherit kib;
      };
      files."bin/${pname}".exe = "#!${pkgs.python3}/bin/python3";
    };
in
{
  python3 = stdenv.mkDerivation {
    pname = "python3";
    version = versions.python3;
    files."bin/python3" = { exe = "python ${versions.python3} rpath ${lib.getLib pkgs.glibc}/lib:${pkgs.openssl.out}/lib"; kib = 200; };
    files."lib/python${minor}/os.py".kib = 1100;
  };
  python3Packages = {
    requests = module "requests" { };
    twisted = module "twisted" { kib = 400; };
    buildbot-worker = module "buildbot-worker" {
      deps = with pkgs.python3Packages; [ twisted requests ];
      # Its tests know nothing of the modules Python 3.13 no longer has.
      check = lib.optionalString
        (lib.versionAtLeast minor "3.13" && lib.versionOlder versions.python-buildbot-worker "4.4")
        (lib.readFile ./buildbot-worker-tests.sh);
    };
  };
}
