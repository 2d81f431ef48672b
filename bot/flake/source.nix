# What flake.nix says about its inputs, with places, as a JSON-able value.
# Neither outputs nor anything inside them is evaluated; what is no literal is
# named by its type (a throw is an "error").
(path:
let
  inherit (builtins) attrNames listToAttrs removeAttrs tryEval typeOf unsafeDiscardStringContext unsafeGetAttrPos;

  kind = value: let asked = tryEval (typeOf value); in if asked.success then asked.value else "error";

  # mapNames f set = { name = f name; … }, forcing none of the set's values.
  mapNames = f: set: listToAttrs (map (name: { inherit name; value = f name; }) (attrNames set));

  attr = set: name: let value = set.${name}; type = kind value; in {
    inherit type;
    at = unsafeGetAttrPos name set;
  } // (
    if type == "string" then { text = unsafeDiscardStringContext value; }
    else if type == "bool" || type == "int" then { text = builtins.toJSON value; }
    else { }
  );

  input = depth: set: name: let value = set.${name}; type = kind value; in {
    inherit type;
    at = unsafeGetAttrPos name set;
  } // (
    if type != "set" then { }
    else { attrs = mapNames (attr value) (removeAttrs value [ "inputs" ]); } // nested depth value
  );

  # Overrides of overrides nest; five levels are more than anyone writes, and
  # stop a set that holds itself.
  nested = depth: set:
    if ! set ? inputs || depth > 5 then { }
    else if kind set.inputs != "set" then { inputsType = kind set.inputs; }
    else { inputs = mapNames (input (depth + 1) set.inputs) set.inputs; };

  flake = import path;
in
if kind flake != "set" then { type = kind flake; }
else { type = "set"; } // nested 0 flake)
