#!/bin/bash
# Captures what this machine's Nix prints for every host of a flake, as text and
# as records, with and without --show-trace, and what nixferry explains of it:
# cases for the tests, or for a bug report. Without a flake it takes the sample
# world's `classes`, one host for each kind of trouble, on nixos-unstable.
# usage: capture.sh DIRECTORY [FLAKE]
set -euo pipefail
out=$(mkdir -p "${1:?usage: capture.sh DIRECTORY [FLAKE]}" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
go build -o "$out/bin/" ./cmd/nixferry ./cmd/playground
flags=(--extra-experimental-features "nix-command flakes" --option eval-cache false --option warn-dirty false)

flake=${2-}
if [ -z "$flake" ]; then
  "$out/bin/playground" >"$out/playground.log" &
  trap 'kill %1' EXIT
  until grep -q ^GITHUB_SERVER_URL "$out/playground.log"; do sleep 0.1; done
  flake=$out/flake
  rm -rf "$flake"
  git clone --quiet --branch classes "$(sed -n 's/^GITHUB_SERVER_URL=//p' "$out/playground.log")/octo/fleet" "$flake"
  (cd "$flake" && "$out/bin/nixferry" bump >/dev/null && git -c user.name=c -c user.email=c@example.org commit --quiet --all --message=bump)
fi
flake=$(cd "$flake" && pwd)

# try KIND HOST FLAG...: one captured case; a host that evaluates leaves its warnings.
try() {
  local case=$out/$1.$2 host=$2
  shift 2
  nix "${flags[@]}" eval --raw "$@" "git+file://$flake#nixosConfigurations.\"$host\".config.system.build.toplevel.drvPath" \
    >/dev/null 2>"$case.txt" || true
  "$out/bin/nixferry" explain --json --flake "$flake" "$case.txt" >"$case.json"
}

nix --version | tee "$out/version"
for host in $(nix "${flags[@]}" eval --json "git+file://$flake#nixosConfigurations" --apply builtins.attrNames | tr -d '[]"' | tr , ' '); do
  try text "$host"
  try trace "$host" --show-trace
  try records "$host" --show-trace --log-format internal-json
  for kind in text trace records; do
    printf '%-8s %-14s %s\n' "$kind" "$host" "$(sed -n 's/^ *"class": "\(.*\)",$/\1/p' "$out/$kind.$host.json" | tr '\n' ' ')"
  done
done
