# What the derivations of a made-up system are made with. derivations.go writes
# the packages below it, p0 to the toplevel, and ends the expression.
let
  builder = builtins.toFile "builder.sh" "source $stdenv/setup; genericBuild";

  common = name: {
    inherit name;
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-e" builder ];
  };

  fetch = fetchers: name: derivation (common name // {
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = builtins.hashString "sha256" name;
    urls = [ "https://example.org/releases/${name}" "https://mirror.example.org/${name}" ];
    nativeBuildInputs = fetchers;
    curlOpts = "--location --max-redirs 20 --retry 3 --disable-epsv --cookie-jar cookies --insecure";
    impureEnvVars = "http_proxy https_proxy ftp_proxy all_proxy no_proxy NIX_HASHED_MIRRORS NIX_CONNECT_TIMEOUT";
    mirrors = builtins.concatStringsSep " " (map (n: "https://mirror-${toString n}.example.org/pub/sources") (builtins.genList (n: n) 22));
    preferLocalBuild = "1";
    postFetch = "";
    showURLs = "";
  });

  system = after: let
    bumped = old: new: if after then new else old;
    make = pname: version: { source, patched, inputs }: derivation (common "${pname}-${version}" // {
      inherit pname version;
      outputs = [ "out" ] ++ (if patched then [ "man" ] else [ ]);
      src = if source then fetch (if pname == "curl" then [ ] else [ curl ]) "${pname}-${version}.tar.gz" else "";
      patches = (if patched then [ (builtins.toFile "${pname}-paths.patch" "--- a/${pname}\n+++ b/${pname}\n") ] else [ ])
        ++ (if after && pname == "pcre" then [ (builtins.toFile "CVE-2017-7186.patch" "--- a/pcre\n+++ b/pcre\n") ] else [ ]);
      buildInputs = inputs;
      nativeBuildInputs = [ ];
      propagatedBuildInputs = [ ];
      depsBuildBuild = [ ];
      depsHostHost = [ ];
      configureFlags = [ "--disable-static" "--enable-shared" "--with-name=${pname}" "--disable-dependency-tracking" ];
      buildPhase = "runHook preBuild\nmake -j$NIX_BUILD_CORES SHELL=$SHELL prefix=$out\nrunHook postBuild\n";
      installPhase = "runHook preInstall\nmake install prefix=$out\ninstall -Dm644 README.md $out/share/doc/${pname}/README.md\nrunHook postInstall\n";
      postPatch = "patchShebangs --build tools tests\nsubstituteInPlace configure --replace-fail /usr/bin/file file --replace-fail /bin/pwd pwd\n";
      postInstall = "moveToOutput share/info $out\nrm -rf $out/lib/*.la $out/share/info/dir\nfor f in $out/bin/*; do wrapProgram $f --prefix PATH : $out/bin; done\n";
      doCheck = "1";
      strictDeps = "1";
      enableParallelBuilding = "1";
      meta = "A made-up package, ${pname}, that stands for one of those a real system is built from";
    });
    curl = make "curl" (bumped "8.9.1" "8.10.0") { source = true; patched = false; inputs = [ ]; };
