# Which packages may be evaluated, in the words of 26.05.
{ lib, config, system }:
let
  refuse = pkg: reason: help:
    throw "Refusing to evaluate package '${pkg.name}' in ${pkg.position} because it ${reason}\n\n${help}";
  reasons = import ./reasons.nix { inherit lib config system; };
in
pkg:
if reasons.unfree pkg then
  refuse pkg "has an unfree license (‘${pkg.meta.license.shortName}’)" (reasons.allow "unfree" "allowUnfree")
else if reasons.broken pkg then
  refuse pkg "is marked as broken" (reasons.allow "broken" "allowBroken")
else if reasons.unsupported pkg then
  refuse pkg "is not available on the requested hostPlatform:\n${reasons.platform pkg}" (reasons.allow "unsupported" "allowUnsupportedSystem")
else if reasons.insecure pkg then
  refuse pkg "is marked as insecure" (reasons.issues pkg)
else true
