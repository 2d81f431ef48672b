package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/nixferry/nixferry/bot"
)

// release is set by the linker for a released binary.
var release = "development"

// version prints what a bug report needs. A machine without Nix still gets
// the rest.
func version(ctx context.Context, w bot.World, _ []string) error {
	fmt.Fprintf(w.Stdout, "nixferry %s\ncommit   %s\ngo       %s\n", release, commit(), runtime.Version())
	nix, err := bot.NixVersion(ctx, w)
	if err != nil {
		nix = err.Error()
	}
	fmt.Fprintf(w.Stdout, "nix      %s\n", nix)
	return nil
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "unknown"
}
