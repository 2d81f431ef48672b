# What nixferry asks a host about itself: one evaluation, one JSON value.
#
# A fact that cannot be had is null, so that it does not take the others with
# it; only drv and out may throw. builtins.tryEval catches throw and assert,
# `or` a missing attribute. Runs on Nix 2.8 and later, on any nixpkgs, and on
# whatever else a flake puts into nixosConfigurations.
#
# names adds what a walk over all options finds. It takes a tenth to a fifth of
# the evaluation's time, and may fail where nobody else looks at an option.
{ drv, names }:
host:
let
  config = host.config;

  plain = builtins.unsafeDiscardStringContext;

  fact =
    value:
    let
      tried = builtins.tryEval (builtins.deepSeq value value);
    in
    if tried.success then tried.value else null;

  text = value: fact (if builtins.isString value then plain value else null);

  # A list as far as it can be had: items that throw are left out.
  texts =
    list:
    let
      items = fact (map text (if builtins.isList list then list else [ ]));
    in
    if items == null then [ ] else builtins.filter builtins.isString items;

  list =
    value:
    let
      tried = builtins.tryEval (if builtins.isList value then value else [ ]);
    in
    if tried.success then tried.value else [ ];

  toplevel = config.system.build.toplevel;
  options = host.options or { };
  pkgsPath = text (if host ? pkgs.path then toString host.pkgs.path else null);

  # What fails below is known by these words, which stand in probe.go too.
  looking = builtins.addErrorContext "while nixferry looks at all options";

  # The files that define an option, but for those of nixpkgs.
  files =
    option:
    builtins.filter (
      file: pkgsPath == null || builtins.substring 0 (builtins.stringLength pkgsPath) file != pkgsPath
    ) (texts (map toString (list (option.files or [ ]))));

  # The options that are set under a former name. Below options, an attribute
  # set that is no option has options in it; the depth is bounded for whoever
  # puts something else there. No value is looked at.
  formerNames =
    depth: tree:
    builtins.concatMap (
      name:
      let
        node = tree.${name};
      in
      if node._type or "" == "option" then
        former node
      else if depth > 0 && builtins.isAttrs node then
        formerNames (depth - 1) node
      else
        [ ]
    ) (builtins.attrNames tree);

  # nixpkgs describes them as "Alias of {option}`new.name`." (doRename in
  # lib/modules.nix), in a set of its own in 2022, and as "Alias of
  # <option>new.name</option>." before. match takes long texts badly.
  former =
    option:
    let
      description = option.description.text or option.description or null;
      words = if builtins.isString description then builtins.substring 0 300 description else "";
      now = builtins.match "Alias of (\\{option}`|<option>)([^`<]*)[`<].*" words;
      isDefined = builtins.tryEval option.isDefined;
      where = files option;
    in
    if builtins.substring 0 9 words == "Alias of " && now != null && isDefined.value && where != [ ] then
      [
        {
          option = builtins.concatStringsSep "." (map part option.loc);
          now = builtins.elemAt now 1;
          silent = option.visible or true != false;
          files = where;
        }
      ]
    else
      [ ];

  # A part of an option's name, as lib.showOption writes it.
  part = name: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" name == null then "\"${name}\"" else name;
in
{
  warnings = texts (list (config.warnings or [ ]));
  failed = texts (
    map (a: a.message or "an assertion without a message") (
      builtins.filter (a: fact (a.assertion or true) == false) (list (config.assertions or [ ]))
    )
  );
  system = text (host.pkgs.stdenv.hostPlatform.system or host.pkgs.system or null);
  stateVersion = text (config.system.stateVersion or null);
  nixosVersion = text (config.system.nixos.version or config.system.nixos.label or null);
  inherit pkgsPath;
}
// (
  if names && options ? _module then
    {
      renamed = looking (formerNames 10 options);
      stateVersionFiles = looking (files (options.system.stateVersion or { }));
    }
  else
    { }
)
// (
  if drv then
    {
      drv = plain toplevel.drvPath;
      out = plain toplevel.outPath;
      builder = text (toplevel.system or null);
    }
  else
    { }
)
