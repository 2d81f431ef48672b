# What nixferry asks a host about itself: one evaluation, one JSON value.
#
# A fact that cannot be had is null, so that it does not take the others with
# it; only drv and out may throw. builtins.tryEval catches throw and assert,
# `or` a missing attribute. Runs on Nix 2.8 and later, on any nixpkgs, and on
# whatever else a flake puts into nixosConfigurations.
{ drv }:
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
  pkgsPath = text (if host ? pkgs.path then toString host.pkgs.path else null);
}
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
