#!/bin/sh
# The nix calls nixferry cannot do without, one after the other, as a careful
# owner's shell script would make them: bump, lock, list, evaluate every host on
# both sides, build both sides, read the closures. No report, no pull request.
# usage: bare.sh CHECKOUT WORK SYSTEM
set -eu
checkout=$1 work=$2 system=$3
flags="--extra-experimental-features nix-command --extra-experimental-features flakes --option eval-cache false --option warn-dirty false"
new=$(nix --version | grep -qE ' 2\.([89]|1[0-4])(\.|$)' || echo yes)
format=$(nix --version | grep -qE ' 2\.(3[3-9]|[4-9][0-9])(\.|$)' && echo "--json-format 1" || true)
fact='c: let t = c.config.system.build.toplevel; in { drv = builtins.unsafeDiscardStringContext t.drvPath; out = builtins.unsafeDiscardStringContext t.outPath; system = c.pkgs.system; warnings = c.config.warnings; failed = map (a: a.message) (builtins.filter (a: !a.assertion) c.config.assertions); }'

git clone -q "$checkout" "$work/scratch"
cd "$work/scratch"
base=$(git rev-parse HEAD)
nix $flags eval --impure --json --expr "builtins.attrNames (import $work/scratch/flake.nix).inputs" >/dev/null
sed -i 's/nixos-25\.11/nixos-unstable/; s/ref=release-25\.11/ref=master/' flake.nix
nix $flags eval --impure --json --expr "builtins.attrNames (import $work/scratch/flake.nix).inputs" >/dev/null
nix $flags flake lock "path:$work/scratch" 2>/dev/null
git -c user.name=b -c user.email=b@example.org commit -q -m bump flake.nix flake.lock
head=$(git rev-parse HEAD)

ref() { echo "git+file://$work/scratch?rev=$1&shallow=1"; }
for side in "$base" "$head"; do
  hosts=$(nix $flags eval --json "$(ref "$side")#nixosConfigurations" --apply builtins.attrNames | tr -d '[]"' | tr ',' ' ')
  for host in $hosts; do
    nix $flags eval --json "$(ref "$side")#nixosConfigurations.\"$host\"" --apply "$fact" >"$work/$side.$host" 2>/dev/null || rm "$work/$side.$host"
  done
done
all=
for side in "$base" "$head"; do
  drvs=
  for file in "$work/$side".*; do
    grep -q "\"system\":\"$system\"" "$file" || continue
    drvs="$drvs $(sed 's/.*"drv":"\([^"]*\)".*/\1/' "$file")${new:+^*}"
    all="$all $(sed 's/.*"out":"\([^"]*\)".*/\1/' "$file")"
  done
  nix $flags build --no-link --keep-going $drvs 2>/dev/null || true
done
built=
for out in $all; do [ -e "$out" ] && built="$built $out"; done
nix $flags path-info -r --json $format $built >"$work/closures.json"
