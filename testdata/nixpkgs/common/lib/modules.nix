# A small module system: modules are collected, their option declarations and
# definitions are zipped by name, and each option merges what is left of its
# definitions once conditions and priorities are settled.
lib:
with lib;
let
  context = builtins.addErrorContext;
  kind = v: if isAttrs v then v._type or null else null;

  # push moves mkIf, mkMerge and mkOverride one attribute down, so that the
  # names below do not depend on the conditions above. It gives plain sets.
  push = v:
    if kind v == "merge" then concatMap push v.contents
    else if kind v == "if" then map (mapAttrs (_: mkIf v.condition)) (push v.content)
    else if kind v == "override" then map (mapAttrs (_: mkOverride v.priority)) (push v.content)
    else [ v ];

  # settle gives the values of one definition, with priority and order. What
  # stands inside a mkOverride is left alone: it may never be needed.
  settle = v:
    if kind v == "merge" then concatMap settle v.contents
    else if kind v == "if" then (if v.condition then settle v.content else [ ])
    else if kind v == "override" then [{ prio = v.priority; order = 1000; value = v.content; wrapped = true; }]
    else if kind v == "order" then map (d: d // { order = v.priority; }) (settle v.content)
    else [{ value = v; prio = 100; order = 1000; }];
  unwrap = d:
    if d ? wrapped then map (inner: inner // { inherit (d) file prio; }) (settle d.value) else [ d ];

  # strongest gives the definitions of the best priority that has any.
  strongest = defs:
    let
      prio = foldl' (p: d: min p d.prio) 9999 defs;
      first = concatMap unwrap (filter (d: d.prio == prio) defs);
    in
    if defs == [ ] || first != [ ] then { inherit prio; defs = first; }
    else strongest (filter (d: d.prio != prio) defs);

  byName = concatMap (d: map (mapAttrs (_: value: { inherit (d) file; inherit value; })) (push d.value));

  # mergeDefinitions gives the value of an option at loc from [{file, value}].
  mergeDefinitions = loc: type: defs:
    let
      settled = concatMap
        (d: map (s: s // { inherit (d) file; })
          (context "while evaluating definitions from `${d.file}':" (settle d.value)))
        defs;
      best = strongest settled;
      kept = best.defs;
      ordered = if all (d: d.order == 1000) kept then kept else sort (a: b: a.order < b.order) kept;
      wrong = filter (d: !type.check d.value) ordered;
    in
    {
      highestPrio = best.prio;
      isDefined = kept != [ ];
      defs = ordered;
      value =
        if kept == [ ] then
          type.emptyValue or (throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.")
        else if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
        else type.merge loc ordered;
    };

  evalOption = loc: decl: userDefs:
    let
      opt = decl.value;
      type = opt.type or types.unspecified;
      defaults = optional (opt ? default) { inherit (decl) file; value = mkOptionDefault opt.default; };
      merged = mergeDefinitions loc type (defaults ++ userDefs);
      every = concatMap (d: concatMap (s: unwrap (s // { inherit (d) file; })) (settle d.value)) (defaults ++ userDefs);
      settled =
        if opt.readOnly or false && length every > 1
        then throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs every}"
        else merged.value;
    in
    opt // rec {
      inherit type loc;
      inherit (merged) isDefined highestPrio;
      value = context "while evaluating the option `${showOption loc}':" ((opt.apply or id) settled);
      definitionsWithLocations = map (d: { inherit (d) file value; }) merged.defs;
      definitions = map (d: d.value) merged.defs;
      files = map (d: d.file) merged.defs;
      declarations = [ decl.file ];
      options = type.getSubOptions loc;
      __toString = _: showOption loc;
    };

  # mergeTree gives the options and values at prefix, and the definitions
  # nobody declared an option for.
  mergeTree = prefix: decls: defs:
    let
      plain = d:
        if all isAttrs (push d.value) then d
        else throw "The option path `${showOption prefix}' is an attribute set of options, but it is defined to not be an attribute set in `${d.file}'. Did you define its value at the correct and complete path?";
      declared = zipAttrsWith (_: id) (map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.value) decls);
      defined = zipAttrsWith (_: id) (byName (map plain defs));
      nodes = mapAttrs (node defined) declared;
      node = defined: name: ds:
        let
          loc = prefix ++ [ name ];
          here = defined.${name} or [ ];
          opt = evalOption loc (head ds) here;
        in
        if !any (d: isOption d.value) ds then mergeTree loc ds here
        else if length ds > 1 then
          throw "The option `${showOption loc}' in `${(head ds).file}' is already declared in `${(elemAt ds 1).file}'."
        else { options = opt; config = opt.value; unmatched = [ ]; };
      strays = removeAttrs defined (attrNames declared);
    in
    {
      options = mapAttrs (_: n: n.options) nodes;
      config = mapAttrs (_: n: n.config) nodes;
      unmatched = concatMap (n: n.unmatched) (attrValues nodes)
        ++ concatLists (mapAttrsToList (name: map (d: d // { loc = prefix ++ [ name ]; })) strays);
    };

  bookkeeping = [ "_file" "_class" "key" "imports" "options" "config" "disabledModules" "meta" ];

  normalise = file: key: m:
    let
      stray = attrNames (removeAttrs m bookkeeping);
      file' = toString (m._file or file);
    in
    {
      file = file';
      key = toString (m.key or key);
      imports = m.imports or [ ];
    } // (
      if !(m ? config || m ? options) then { options = { }; config = removeAttrs m bookkeeping; }
      else if stray != [ ] then
        throw "Module `${file'}' has an unsupported attribute `${head stray}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${concatStringsSep " " stray}) into the explicit `config' attribute."
      else { options = m.options or { }; config = m.config or { }; }
    );

  # load brings a path, a function or a set into its normal form.
  load = call: file: key: m:
    if isFunction m then load call file key (call file m)
    else if elem (kind m) [ "if" "merge" "override" ] then normalise file key { config = m; }
    else if isAttrs m && !(m ? outPath) then normalise file key m
    else if isList m then throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists?"
    else
      let
        path = toString m;
        content = import m;
      in
      if isAttrs content || isFunction content then load call path path content
      else throw "module ${path} (${file}) does not look like a module.";
in
rec {
  inherit mergeDefinitions;
  pushDownDefinitions = byName;

  # evalModules { modules, specialArgs, prefix } gives config, options and
  # extendModules. An option path nobody declared is an error as soon as
  # config or options is looked at.
  evalModules = args@{ modules, specialArgs ? { }, prefix ? [ ] }:
    let
      base = { inherit lib; } // specialArgs // { inherit specialArgs; inherit (tree) config options; };
      call = file: f: f (base // mapAttrs
        (name: _: context ''while evaluating the module argument `${name}' in "${file}":''
          (base.${name} or tree.config._module.args.${name}))
        (functionArgs f));

      loadAll = file: key: imap1 (i: load call file "${key}:anon-${toString i}");
      all = builtins.genericClosure {
        startSet = loadAll "<unknown-file>" "" (modules ++ [ internal ]);
        operator = m: loadAll m.file m.key m.imports;
      };
      internal = {
        _file = "<nixpkgs/lib/modules.nix>";
        key = "lib/modules.nix";
        options._module = {
          specialArgs = mkOption { type = types.raw; internal = true; readOnly = true; default = specialArgs; description = "Arguments every module gets whatever it imports."; };
          args = mkOption { type = types.lazyAttrsOf types.raw; internal = true; description = "Additional arguments passed to each module."; };
          check = mkOption { type = types.bool; internal = true; default = true; description = "Whether to check that each option definition has a declaration."; };
        };
        config._module.args = { inherit extendModules; };
      };

      tree = mergeTree prefix
        (map (m: { inherit (m) file; value = m.options; }) all)
        (map (m: { inherit (m) file; value = m.config; }) all);
      stray = head tree.unmatched;
      checked = value:
        if tree.unmatched == [ ] || !tree.config._module.check then value
        else throw "The option `${showOption stray.loc}' does not exist. Definition values:${showDefs [ stray ]}${suggestions prefix stray.loc tree.options}";

      extendModules = { modules ? [ ], specialArgs ? { }, prefix ? args.prefix or [ ] }:
        evalModules {
          modules = args.modules ++ modules;
          specialArgs = args.specialArgs or { } // specialArgs;
          inherit prefix;
        };
    in
    {
      _type = "configuration";
      config = checked (removeAttrs tree.config [ "_module" ]);
      options = checked tree.options;
      _module = checked tree.config._module;
      inherit extendModules;
    };
}
