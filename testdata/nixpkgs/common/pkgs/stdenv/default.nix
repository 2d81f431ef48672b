# Packages are made by /bin/sh out of a description of their files. A file is
# one of
#   { text }         a text file
#   { exe; kib }     an executable: its first line, then padding
#   { kib }          padding, in KiB, decided by the package's name and version
#   { link }         a symbolic link
# by its path inside the output.
{ lib, config, system }:
let
  inherit (lib) concatMapStrings concatMapStringsSep escapeShellArg mapAttrsToList unique;

  checkMeta = import ./check-meta.nix { inherit lib config system; };

  # pad writes $2 KiB to the file $1: only the shell's own commands, in blocks
  # of 16 KiB so that a megabyte takes a few milliseconds.
  preamble = ''
    umask 022
    block="$name "
    while [ ''${#block} -lt 1024 ]; do block="$block$block"; done
    while [ ''${#block} -gt 1024 ]; do block="''${block%?}"; done
    big="$block$block$block$block"; big="$big$big$big$big"
    pad() {
      kib=$2
      while [ "$kib" -ge 16 ]; do printf %s "$big"; kib=$((kib - 16)); done >> "$1"
      while [ "$kib" -gt 0 ]; do printf %s "$block"; kib=$((kib - 1)); done >> "$1"
    }
  '';

  parent = path: builtins.dirOf path;
  target = output: path: "\"\$${output}/${path}\"";

  # The commands that write the files of one output.
  writeOutput = output: files:
    let
      paths = builtins.attrNames files;
      dirs = unique (map parent paths);
      exes = builtins.filter (p: files.${p} ? exe) paths;
    in
    ''
      mkdir -p ${concatMapStringsSep " " (d: if d == "." then "\"\$${output}\"" else target output d) dirs}
      ${concatMapStrings (p: write (target output p) files.${p}) paths}
      ${lib.optionalString (exes != [ ]) "chmod +x ${concatMapStringsSep " " (target output) exes}"}
    '';
  write = path: file:
    if file ? link then "ln -s ${escapeShellArg file.link} ${path}\n"
    else ''
      printf %s ${escapeShellArg (file.text or (file.exe or "" + lib.optionalString (file ? exe) "\n"))} > ${path}
      ${lib.optionalString (file ? kib) "pad ${path} ${toString file.kib}"}
    '';

  # mkDerivation gives a derivation that Nix refuses where meta says so, with
  # one attribute per output.
  mkDerivation =
    { pname ? null
    , version ? null
    , name ? "${pname}-${version}"
    , outputs ? [ "out" ]
    , script ? ""
    , files ? { }
    , meta ? { }
    , passthru ? { }
    , env ? { }
    }:
    let
      writes = lib.concatStrings (mapAttrsToList writeOutput
        (if lib.any (o: files ? ${o}) outputs
        then lib.filterAttrs (o: _: lib.elem o outputs) files
        else lib.optionalAttrs (files != { }) { out = files; }));
      drv = derivation (env // {
        inherit name system outputs;
        builder = "/bin/sh";
        # A shell has no command to make a directory or a link with.
        PATH = "/bin:/usr/bin:/run/current-system/sw/bin";
        args = [ "-e" "-c" (preamble + script + writes) ];
      } // lib.optionalAttrs (pname != null) { inherit pname version; });
      place = builtins.unsafeGetAttrPos (if meta ? description then "description" else "name")
        (if meta ? description then meta else { inherit name; });
      described = {
        inherit name meta;
        position = if place == null then "<unknown-file>" else "${place.file}:${toString place.line}";
      };
      guarded = one: common // {
        drvPath = assert checkMeta described; one.drvPath;
        outPath = assert checkMeta described; one.outPath;
        inherit (one) outputName;
      };
      common = passthru // {
        type = "derivation";
        inherit name system outputs passthru;
        meta = meta // { inherit (described) position; };
        all = map (o: guarded drv.${o}) outputs;
      } // lib.optionalAttrs (pname != null) { inherit pname version; }
      // lib.genAttrs outputs (o: guarded drv.${o} // { outputSpecified = true; });
    in
    guarded drv;
in
rec {
  inherit mkDerivation;
  stdenv = {
    inherit mkDerivation;
    hostPlatform = { inherit system; isAarch64 = system == "aarch64-linux"; isx86_64 = system == "x86_64-linux"; };
  };

  # One file of text at the output itself.
  writeText = name: text: mkDerivation {
    inherit name;
    script = "printf %s ${escapeShellArg text} > \"$out\"\n";
  };
  writeShellScript = name: text: mkDerivation {
    inherit name;
    script = "printf %s ${escapeShellArg "#! /bin/sh\n${text}"} > \"$out\"; chmod +x \"$out\"\n";
  };
  writeShellScriptBin = name: text: mkDerivation {
    inherit name;
    files."bin/${name}".exe = "#! /bin/sh\n${text}";
  };
  runCommand = name: env: script: mkDerivation { inherit name env script; };

  # One tree of links to what is in the directories `dirs` of the packages.
  buildEnv = { name, paths, dirs }: mkDerivation {
    inherit name;
    script = ''
      mkdir -p "$out"
      for dir in ${toString dirs}; do
        for pkg in ${toString (unique (map toString paths))}; do
          if [ -d "$pkg/$dir" ]; then
            mkdir -p "$out/$dir"
            ln -sf "$pkg/$dir"/* "$out/$dir/"
          fi
        done
      done
    '';
  };
}
