#!/usr/bin/env bash
# Puts the path of the nixferry binary into the step's output `binary`:
# $NIXFERRY_BINARY if that is set, or else one built from this very commit.
set -euo pipefail

if [ -n "${NIXFERRY_BINARY:-}" ]; then
  [ -x "$NIXFERRY_BINARY" ] || { echo "::error::NIXFERRY_BINARY is $NIXFERRY_BINARY, which is no executable file"; exit 1; }
  echo "binary=$NIXFERRY_BINARY" >>"$GITHUB_OUTPUT"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "::error::nixferry is built with Go here: add actions/setup-go before it, or set NIXFERRY_BINARY"
  exit 1
fi
binary=${RUNNER_TEMP:?}/nixferry/nixferry
(cd "$ACTION_PATH" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$binary" ./cmd/nixferry)
echo "binary=$binary" >>"$GITHUB_OUTPUT"
