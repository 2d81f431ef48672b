# What the rest needs of the language, by the names people know.
rec {
  inherit (builtins)
    all any attrNames attrValues compareVersions concatLists concatMap
    concatStringsSep elem elemAt filter foldl' fromJSON functionArgs genList
    getAttr groupBy hasAttr head isAttrs isBool isFunction isInt isList isPath
    isString length listToAttrs mapAttrs match readFile removeAttrs replaceStrings
    seq sort split stringLength substring tail toJSON toString tryEval typeOf
    zipAttrsWith;

  id = x: x;
  const = x: _: x;
  fix = f: let x = f x; in x;
  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  mapAttrs' = f: set: listToAttrs (map (n: f n set.${n}) (attrNames set));
  mapAttrsToList = f: set: map (n: f n set.${n}) (attrNames set);
  filterAttrs = keep: set:
    removeAttrs set (filter (n: !keep n set.${n}) (attrNames set));
  concatMapAttrs = f: set: foldl' (a: b: a // b) { } (mapAttrsToList f set);
  optionalAttrs = cond: set: if cond then set else { };
  setAttrByPath = path: value:
    if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };
  attrByPath = path: default: set:
    if path == [ ] then set
    else if isAttrs set && set ? ${head path} then attrByPath (tail path) default set.${head path}
    else default;
  hasAttrByPath = path: set:
    path == [ ] || set ? ${head path} && hasAttrByPath (tail path) set.${head path};
  getAttrFromPath = path: set:
    attrByPath path (throw "cannot find attribute '${concatStringsSep "." path}'") set;
  recursiveUpdate = a: b:
    if isAttrs a && isAttrs b
    then a // mapAttrs (n: v: if a ? ${n} then recursiveUpdate a.${n} v else v) b
    else b;
  collect = pred: set:
    if pred set then [ set ]
    else if isAttrs set then concatMap (collect pred) (attrValues set)
    else [ ];

  optional = cond: x: if cond then [ x ] else [ ];
  optionals = cond: xs: if cond then xs else [ ];
  toList = x: if isList x then x else [ x ];
  flatten = x: if isList x then concatMap flatten x else [ x ];
  imap1 = f: xs: genList (i: f (i + 1) (elemAt xs i)) (length xs);
  last = xs: elemAt xs (length xs - 1);
  take = n: xs: genList (elemAt xs) (min n (length xs));
  unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
  foldr = f: nul: xs: if xs == [ ] then nul else f (head xs) (foldr f nul (tail xs));

  optionalString = cond: s: if cond then s else "";
  concatStrings = concatStringsSep "";
  concatMapStrings = f: xs: concatStrings (map f xs);
  concatMapStringsSep = sep: f: xs: concatStringsSep sep (map f xs);
  concatLines = concatMapStrings (s: s + "\n");
  splitString = sep: s:
    filter isString (split (escapeRegex sep) s);
  escapeRegex = replaceStrings
    [ "\\" "." "*" "+" "?" "(" ")" "[" "]" "{" "}" "^" "$" "|" ]
    [ "\\\\" "\\." "\\*" "\\+" "\\?" "\\(" "\\)" "\\[" "\\]" "\\{" "\\}" "\\^" "\\$" "\\|" ];
  hasPrefix = p: s: substring 0 (stringLength p) s == p;
  hasSuffix = p: s:
    stringLength s >= stringLength p
    && substring (stringLength s - stringLength p) (stringLength p) s == p;
  removePrefix = p: s: if hasPrefix p s then substring (stringLength p) (-1) s else s;
  removeSuffix = p: s:
    if hasSuffix p s then substring 0 (stringLength s - stringLength p) s else s;
  toLower = replaceStrings
    (splitLetters "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    (splitLetters "abcdefghijklmnopqrstuvwxyz");
  splitLetters = s: genList (i: substring i 1 s) (stringLength s);
  escapeShellArg = s: "'" + replaceStrings [ "'" ] [ "'\\''" ] (toString s) + "'";
  boolToString = b: if b then "true" else "false";
  fileContents = file: removeSuffix "\n" (readFile file);
  importJSON = file: fromJSON (readFile file);

  versionOlder = a: b: compareVersions b a > 0;
  versionAtLeast = a: b: compareVersions a b >= 0;
  versions = {
    major = v: head (splitString "." v);
    majorMinor = v: concatStringsSep "." (take 2 (splitString "." v));
  };

  isDerivation = x: isAttrs x && x.type or null == "derivation";
  getOutput = output: pkg: if pkg.outputSpecified or false then pkg else pkg.${output} or pkg.out or pkg;
  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getMan = getOutput "man";
  getName = x: x.pname or (builtins.parseDrvName x.name).name;
  getVersion = x: x.version or (builtins.parseDrvName x.name).version;
  getExe = x: "${getBin x}/bin/${x.meta.mainProgram or (getName x)}";
  getExe' = x: program: "${getBin x}/bin/${program}";

  # Nix prints the prefix itself where it knows builtins.warn (2.23).
  warn = builtins.warn or (msg: builtins.trace "[1;35mevaluation warning:[0m ${msg}");
  warnIf = cond: msg: if cond then warn msg else id;
  showWarnings = warnings: value: foldl' (v: msg: warn msg v) value warnings;

  trivial = rec {
    release = fileContents ../.version;
    codeName = { "25.11" = "Xantusia"; "26.05" = "Yarara"; }.${release};
    version = "${release}pre-git";
    versionSuffix = "pre-git";
    inherit warn warnIf importJSON;
  };
  inherit (trivial) release;
  licenses = {
    mit = { spdxId = "MIT"; shortName = "mit"; free = true; };
    gpl2Plus = { spdxId = "GPL-2.0-or-later"; shortName = "gpl2Plus"; free = true; };
    unfree = { shortName = "unfree"; free = false; };
  };
  platforms = {
    linux = [ "x86_64-linux" "aarch64-linux" ];
    x86_64 = [ "x86_64-linux" ];
  };
}
