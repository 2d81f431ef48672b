# Values as they stand in messages.
lib:
with lib;
let
  quote = s: "\"" + replaceStrings [ "\\" "\"" "\${" "\n" ] [ "\\\\" "\\\"" "\\\${" "\\n" ] s + "\"";

  show = depth: indent: v:
    let
      deeper = indent + "  ";
      inner = show (depth - 1) deeper;
      block = open: items: close:
        if items == [ ] then "${open} ${close}"
        else "${open}\n${concatMapStrings (i: "${deeper}${i}\n") items}${indent}${close}";
    in
    if depth < 0 then "<...>"
    else if v == null then "null"
    else if isBool v then boolToString v
    else if isString v then quote v
    else if isPath v then toString v
    else if isFunction v then "<function>"
    else if isDerivation v then "<derivation ${v.name or "???"}>"
    else if isList v then block "[" (map inner v) "]"
    else if isAttrs v then
      block "{" (mapAttrsToList (n: x: "${showName n} = ${inner x};") v) "}"
    else toString v;

  showName = n: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" n != null then n else quote n;

  # "\n- In `file': value" of a definition, at most five lines of the value.
  showDef = def:
    let
      pretty = tryEval (let text = show 8 "" def.value; in builtins.deepSeq text text);
      lines = splitString "\n" pretty.value;
      cut = take 5 lines ++ optional (length lines > 5) "...";
      value =
        if !pretty.success then ""
        else if length lines > 1 then ":\n    " + concatStringsSep "\n    " cut
        else ": " + head lines;
    in
    "\n- In `${def.file}'${value}";
in
{
  toPretty = show 8 "";
  showDefs = concatMapStrings showDef;
  showFiles = concatMapStringsSep " and " (f: "`${f}'");
  showOption = concatMapStringsSep "." (part:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*|<.*>|\\*" part != null then part else quote part);
}
