package nix

import (
	"context"
	"encoding/json"
	"fmt"
)

// A Substitution is how Nix fetches what others have built.
type Substitution struct {
	// Caches are the binary caches it asks; none where it is told to ask none.
	Caches []string
	// Always means that it fetches even what asks to be built locally.
	Always bool
}

// Substitution reads how Nix fetches what others have built.
func (c *CLI) Substitution(ctx context.Context) (Substitution, error) {
	const doing = "reading which binary caches Nix uses"
	out, err := c.run(ctx, command{doing: doing, tool: c.nix, args: c.configArgs()})
	if err != nil {
		return Substitution{}, err
	}
	var config struct {
		Substitute   struct{ Value bool }
		Substituters struct{ Value []string }
		Always       struct{ Value bool } `json:"always-allow-substitutes"`
	}
	if err := json.Unmarshal(out, &config); err != nil {
		return Substitution{}, fmt.Errorf("%s: run `nix config show --json` to see what is wrong: %w", doing, err)
	}
	if !config.Substitute.Value {
		return Substitution{}, nil
	}
	return Substitution{config.Substituters.Value, config.Always.Value}, nil
}
