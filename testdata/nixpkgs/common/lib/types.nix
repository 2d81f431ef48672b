lib:
with lib;
let
  mkType = attrs: {
    _type = "option-type";
    merge = mergeEqual;
    getSubOptions = _: { };
  } // attrs // { description = attrs.description or attrs.name; };

  mergeEqual = loc: defs:
    let first = (head defs).value; in
    if all (d: d.value == first) (tail defs) then first
    else throw (conflict loc defs);
  mergeOne = loc: defs:
    if length defs == 1 then (head defs).value else throw (conflict loc defs);
  conflict = loc: defs: ''
    The option `${showOption loc}' has conflicting definition values:${showDefs defs}
    Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.
  '';
  mergeAny = loc: defs:
    let values = map (d: d.value) defs; in
    if length defs == 1 then head values
    else if all isAttrs values && !any isDerivation values then
      zipAttrsWith (name: mergeAny (loc ++ [ name ]))
        (map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.value) defs)
    else if all isList values then concatLists values
    else mergeEqual loc defs;
  storePath = x: isString x && hasPrefix builtins.storeDir x;
in
rec {
  inherit mkType;

  raw = mkType { name = "raw"; description = "raw value"; check = _: true; merge = mergeOne; };
  unspecified = mkType { name = "unspecified"; description = "unspecified value"; check = _: true; merge = mergeAny; };
  anything = mkType { name = "anything"; check = _: true; merge = mergeAny; };
  bool = mkType { name = "bool"; description = "boolean"; check = isBool; };
  int = mkType { name = "int"; description = "signed integer"; check = isInt; };
  str = mkType { name = "str"; description = "string"; check = isString; };
  path = mkType {
    name = "path";
    description = "absolute path";
    check = x: isPath x || isDerivation x || isString x && hasPrefix "/" x;
  };
  package = mkType {
    name = "package";
    check = x: isDerivation x || storePath x;
    merge = mergeOne;
  };
  attrs = mkType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = _: foldl' (acc: d: acc // d.value) { };
    emptyValue = { };
  };

  ints = {
    between = lo: hi: int // {
      description = "integer between ${toString lo} and ${toString hi} (both inclusive)";
      check = x: isInt x && x >= lo && x <= hi;
    };
    positive = int // { description = "positive integer, meaning >0"; check = x: isInt x && x > 0; };
    unsigned = int // { description = "unsigned integer, meaning >=0"; check = x: isInt x && x >= 0; };
  };
  port = ints.between 0 65535 // {
    description = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
  };

  separatedString = sep: str // {
    description = if sep == "" then "Concatenated string" else "strings concatenated with ${builtins.toJSON sep}";
    merge = _: concatMapStringsSep sep (d: d.value);
  };
  lines = separatedString "\n";
  commas = separatedString ",";

  enum = values: mkType {
    name = "enum";
    description =
      if length values == 1 then "value ${toPretty (head values)} (singular enum)"
      else "one of ${concatMapStringsSep ", " toPretty values}";
    check = x: elem x values;
  };

  nullOr = elem: elem // {
    description = "null or ${elem.description}";
    check = x: x == null || elem.check x;
    merge = loc: defs:
      if all (d: d.value == null) defs then null
      else if any (d: d.value == null) defs then
        throw "The option `${showOption loc}' is defined both null and not null, in ${showFiles (map (d: d.file) defs)}."
      else elem.merge loc defs;
    emptyValue = null;
  };

  either = a: b: mkType {
    name = "either";
    description = "${a.description} or ${b.description}";
    check = x: a.check x || b.check x;
    merge = loc: defs:
      if all (d: a.check d.value) defs then a.merge loc defs
      else if all (d: b.check d.value) defs then b.merge loc defs
      else mergeEqual loc defs;
  };
  oneOf = types: foldl' either (head types) (tail types);

  listOf = elemType: mkType {
    name = "listOf";
    description = "list of ${elemType.description}";
    check = isList;
    merge = loc: defs: concatLists (imap1
      (n: d: concatLists (imap1
        (m: value:
          let
            entry = mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType
              [{ inherit (d) file; inherit value; }];
          in
          optional entry.isDefined entry.value)
        d.value))
      defs);
    emptyValue = [ ];
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
  };

  attrsOf = elemType: lazyAttrsOf elemType // {
    name = "attrsOf";
    description = "attribute set of ${elemType.description}";
    merge = loc: defs:
      mapAttrs (_: m: m.value) (filterAttrs (_: m: m.isDefined)
        (zipAttrsWith (name: mergeDefinitions (loc ++ [ name ]) elemType) (pushDownDefinitions defs)));
  };
  lazyAttrsOf = elemType: mkType {
    name = "lazyAttrsOf";
    description = "lazy attribute set of ${elemType.description}";
    check = isAttrs;
    merge = loc: defs:
      zipAttrsWith (name: ds: (mergeDefinitions (loc ++ [ name ]) elemType ds).value) (pushDownDefinitions defs);
    emptyValue = { };
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<name>" ]);
  };

  submodule = modules: submoduleWith { modules = toList modules; };
  submoduleWith = { modules, specialArgs ? { } }:
    let
      eval = prefix: defs: evalModules {
        inherit prefix specialArgs;
        modules = modules
          ++ [{ _file = "<nixpkgs/lib/types.nix>"; config._module.args.name = last prefix; }]
          ++ map (d: { _file = d.file; imports = [ (if isAttrs d.value then { config = d.value; } else d.value) ]; }) defs;
      };
    in
    mkType {
      name = "submodule";
      check = x: isAttrs x || isFunction x || isPath x;
      merge = loc: defs: (eval loc defs).config;
      emptyValue = { };
      getSubOptions = prefix: (eval prefix [ ]).options;
    };
}
