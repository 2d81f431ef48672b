package nix

import (
	"context"
	"encoding/json"
	"fmt"
)

// Substituters lists the binary caches that Nix takes what it needs from; none
// where it is told not to.
func (c *CLI) Substituters(ctx context.Context) ([]string, error) {
	const doing = "reading which binary caches Nix uses"
	out, err := c.run(ctx, command{doing: doing, tool: c.nix, args: c.configArgs()})
	if err != nil {
		return nil, err
	}
	var config struct {
		Substitute   struct{ Value bool }
		Substituters struct{ Value []string }
	}
	if err := json.Unmarshal(out, &config); err != nil {
		return nil, fmt.Errorf("%s: run `nix config show --json` to see what is wrong: %w", doing, err)
	}
	if !config.Substitute.Value {
		return nil, nil
	}
	return config.Substituters.Value, nil
}
