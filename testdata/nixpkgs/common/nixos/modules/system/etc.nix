{ config, lib, pkgs, ... }:
with lib;
let
  file = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether this file is made."; };
      target = mkOption { type = types.str; default = name; description = "Its path below /etc."; };
      text = mkOption { type = types.nullOr types.lines; default = null; description = "Its text."; };
      source = mkOption { type = types.path; description = "The file it is a link to."; };
      mode = mkOption { type = types.str; default = "symlink"; description = "Whether to copy it with a mode, or to link to it."; };
    };
    config.source = mkIf (config.text != null) (mkDefault
      (pkgs.writeText "etc-${replaceStrings [ "/" "@" ] [ "-" "-" ] name}" config.text));
  };
  files = filter (f: f.enable) (attrValues config.environment.etc);
in
{
  options = {
    environment.etc = mkOption { type = types.attrsOf (types.submodule file); default = { }; description = "Files of /etc."; };
    system.build.etc = mkOption { internal = true; type = types.package; description = "The tree of /etc."; };
  };
  config.system.build.etc = pkgs.stdenv.mkDerivation {
    name = "etc";
    files = listToAttrs (concatMap
      (f: [ (nameValuePair "etc/${f.target}" { link = "${f.source}"; }) ]
        ++ optional (f.mode != "symlink") (nameValuePair "etc/${f.target}.mode" { text = f.mode; }))
      files);
  };
}
