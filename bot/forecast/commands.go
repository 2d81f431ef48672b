package forecast

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Commands is which programs come and go for those who type them.
type Commands struct {
	Gained []string `json:"gained"` // names in /run/current-system/sw/bin
	Lost   []string `json:"lost"`
	// Wrappers are the programs of security.wrappers: set-uid, set-gid or with
	// capabilities.
	WrappersGained []string `json:"wrappersGained"`
	WrappersLost   []string `json:"wrappersLost"`
}

// commands compares sw/bin and the wrappers of both systems. Names with a dot in
// front are what wrapped programs are hidden as; nobody types them.
func commands(before, after *toplevel.Toplevel) Commands {
	return Commands{
		Gained:         slices.DeleteFunc(without(after.Commands, before.Commands), isHidden),
		Lost:           slices.DeleteFunc(without(before.Commands, after.Commands), isHidden),
		WrappersGained: without(after.Wrappers, before.Wrappers),
		WrappersLost:   without(before.Wrappers, after.Wrappers),
	}
}

func isHidden(name string) bool { return strings.HasPrefix(name, ".") }
