# Whose are these derivations? One evaluation, one JSON value.
#
# wanted is a list of { drv; name; key; places }: a derivation, its name, what
# the attribute's name begins with, and the package sets to look in, each a
# { path; how; } with how = "begins", "exact", or "all" for every attribute.
#
# The host's own packages (`pkgs`, with its overlays and its nixpkgs.config) are
# compared with those of the same nixpkgs without either. A name has to fit
# before a derivation is evaluated, so that few are. What throws is passed over.
# Runs on Nix 2.8 and later.
{ wanted, places }:
host:
let
  inherit (builtins) attrNames concatMap elemAt filter foldl' genList head isAttrs isList isString length map sort stringLength substring;

  # A value, or null where it throws.
  try =
    value:
    let
      tried = builtins.tryEval value;
    in
    if tried.success then tried.value else null;

  plainText = builtins.unsafeDiscardStringContext;
  listOf = value: let list = try value; in if isList list then list else [ ];
  take = n: list: genList (elemAt list) (if length list < n then length list else n);
  first = list: if list == [ ] then null else head list;

  ours = host.pkgs;
  from = config: import ours.path {
    inherit config;
    inherit (ours.stdenv.buildPlatform or ours) system;
    overlays = [ ];
  };
  # As Hydra evaluates it; with everything that Hydra refuses; and with the
  # owner's nixpkgs.config.
  strict = from { };
  loose = from {
    allowUnfree = true;
    allowBroken = true;
    allowUnsupportedSystem = true;
    allowInsecurePredicate = _: true;
  };
  configured = from (host.config.nixpkgs.config or { });

  # Attributes are found whatever their separators and capitals are:
  # perl5.40.0-Foo-Bar is FooBar, bash-interactive is bashInteractive.
  letters = text: genList (i: substring i 1 text) (stringLength text);
  fold = builtins.replaceStrings
    ([ "-" "_" "." "+" ] ++ letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    ([ "" "" "" "" ] ++ letters "abcdefghijklmnopqrstuvwxyz");

  at = foldl' (set: name: if isAttrs set && set ? ${name} then try set.${name} else null);

  isDerivation = p: isAttrs p && try (p.type or null) == "derivation";
  nameOf = p: if isDerivation p then try (p.name or null) else null;
  drvOf = p: if isDerivation p then try (plainText p.drvPath) else null;

  # The names in a set that may be meant, the shortest first.
  candidates =
    w: how: set:
    let
      fits = {
        all = _: true;
        exact = name: fold name == w.key;
        begins = name: substring 0 (stringLength w.key) (fold name) == w.key;
      }.${how};
    in
    take 300 (sort (a: b: stringLength a < stringLength b) (filter fits (attrNames set)));

  # Where in a package set the derivation is; null when it is not found.
  find =
    w: root:
    first (concatMap (
      place:
      let
        set = at root place.path;
        is = attr: let p = try set.${attr}; in nameOf p == w.name && drvOf p == w.drv;
      in
      map (attr: { inherit set attr; path = place.path ++ [ attr ]; }) (
        if isAttrs set then filter is (candidates w place.how set) else [ ]
      )
    ) (if w.places == [ ] then places else w.places));

  # What the overlays define. nixpkgs may define it once more behind them, as it
  # does with what the standard environment is made of.
  overlays = foldl' (all: overlay: let set = try (overlay ours ours); in if isAttrs set then all // set else all) { } (
    listOf (ours.overlays or [ ])
  );

  # Where the attribute is defined, null where that is nixpkgs.
  defined =
    path: set: attr:
    let
      own = if length path == 1 then builtins.unsafeGetAttrPos attr overlays else null;
      pos = if own != null then own else builtins.unsafeGetAttrPos attr set;
      there = at strict (take (length path - 1) path);
    in
    if pos == null || isAttrs there && pos == builtins.unsafeGetAttrPos attr there then null
    else { inherit (pos) file line column; };

  # Where the package itself is written: file:line.
  written = p: let text = try (p.meta.position or null); in if isString text then plainText text else null;

  # The first module that has the package in environment.systemPackages.
  listed =
    w:
    let
      option = host.options.environment.systemPackages or { };
      pairs = option.definitionsWithLocations or (
        genList (i: { file = elemAt option.files i; value = elemAt option.definitions i; }) (length option.files)
      );
      is = p: nameOf p == w.name && drvOf p == w.drv;
    in
    first (concatMap (
      pair: map (p: { file = toString pair.file; written = written p; }) (filter is (listOf pair.value))
    ) (listOf pairs));

  # Hydra builds what evaluates without permissions, on the platforms it says.
  hydra =
    set: attr:
    let
      platforms = try (set.${attr}.meta.hydraPlatforms or null);
    in
    # Patterns of platforms are not read: they name families of systems.
    !(isList platforms) || !(builtins.all isString platforms) || builtins.elem set.${attr}.system platforms;

  answer =
    w:
    let
      free = find w strict;
      plain = if free != null then free else find w loose;
      mine = find w ours;
      list = listed w;
    in
    if plain != null then
      { inherit (w) drv; plain = true; attr = plain.path; hydra = free != null && hydra free.set free.attr; }
    else if mine != null then
      {
        inherit (w) drv;
        attr = mine.path;
        plainDrv = drvOf (at loose mine.path);
        hydra = isDerivation (at strict mine.path) && hydra (at strict (take (length mine.path - 1) mine.path)) mine.attr;
        config = drvOf (at configured mine.path) == w.drv;
        defined = defined mine.path mine.set mine.attr;
        written = written mine.set.${mine.attr};
      }
    else if list != null then
      { inherit (w) drv; listed = list.file; inherit (list) written; }
    else
      { inherit (w) drv; };

  # What the overlays change: attributes whose derivation is not plain nixpkgs'.
  overlaid = concatMap (
    attr:
    let
      drv = drvOf (at ours [ attr ]);
      plain = drvOf (at loose [ attr ]);
    in
    if drv == null || drv == plain then [ ]
    else [ { inherit attr drv; defined = defined [ attr ] ours attr; } ]
  ) (take 200 (attrNames overlays));

  answers = map answer wanted;
  # Only what is in the package set, as nixpkgs defines it, can owe its
  # difference to an overlay of something else.
  inherits = a: a ? defined && a.defined == null && !a.config;
in
{
  inherit answers;
  overlaid = if builtins.any inherits answers then overlaid else [ ];
}
