package stores

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// recipesNix are the functions that the expression's packages are made with.
//
//go:embed recipes.nix
var recipesNix string

// built is how many derivations a system has that are no source.
const built = 1601

// Instantiate has nix-instantiate write, into a store of its own below the
// directory root, the derivations of a system before and after a bump: about
// 2,800 each, 43 % of them sources. Six recipes changed themselves: among them
// pcre, which gained a patch, and curl, which fetches all sources.
// It gives the two toplevels and the environment in which nix, added to the
// process's own, sees them.
func Instantiate(ctx context.Context, root string) (before, after string, env []string, err error) {
	path := filepath.Join(root, "system.nix")
	if err := os.WriteFile(path, []byte(expression()), 0o666); err != nil {
		return "", "", nil, err
	}
	env = []string{
		"NIX_REMOTE=", "NIX_STORE_DIR=" + filepath.Join(root, "store"), "NIX_STATE_DIR=" + filepath.Join(root, "state"), settings,
	}
	out, err := run(ctx, env, nil, "nix-instantiate", path, "-A", "before", "-A", "after")
	if err != nil {
		return "", "", nil, fmt.Errorf("writing made-up derivations below %s: %w", root, err)
	}
	drvs := strings.Fields(string(out))
	if len(drvs) != 2 {
		return "", "", nil, fmt.Errorf("writing made-up derivations below %s: nix-instantiate printed %q", root, out)
	}
	return drvs[0], drvs[1], env, nil
}

// expression is in the language of Nix: { before, after }.
func expression() string {
	random := rand.New(rand.NewPCG(seed, 2))
	inputs := make([][]int, built)
	for number := range built - 1 {
		user := min(number+1+random.IntN(60), built-1)
		if apart(user) && !apart(number) {
			user++
		}
		inputs[user] = append(inputs[user], number)
	}
	var text strings.Builder
	text.WriteString(recipesNix)
	for number := range built {
		fmt.Fprintf(&text, "    p%d = make %s {\n      source = %t;\n      patched = %t;\n      inputs = [", number, identity(number), number%4 > 0, number%8 == 3)
		for range min(number, 5) {
			popularity := random.Float64()
			input := int(float64(number) * popularity * popularity)
			if apart(input) || !apart(number) {
				inputs[number] = append(inputs[number], input)
			}
		}
		for _, input := range inputs[number] {
			fmt.Fprintf(&text, " p%d", input)
		}
		text.WriteString(" ];\n    };\n")
	}
	fmt.Fprintf(&text, "  in p%d;\nin\n{\n  before = system false;\n  after = system true;\n}\n", built-1)
	return text.String()
}

// apart says whether a package has only others like it below it, so that it
// stays as it is.
func apart(number int) bool { return number%5 == 4 }

// identity are the arguments for a package's name and its versions before and
// after.
func identity(number int) string {
	switch {
	case number == 40:
		return `"pcre" (bumped "8.39" "8.40")`
	case number == built-1:
		return `"nixos-system-web-01" (bumped "25.05.20250301.abcdef0" "25.05.20250308.1234567")`
	case number%600 == 300:
		return fmt.Sprintf(`"%s" (bumped "1.%d" "2.0")`, word(number), number)
	default:
		return fmt.Sprintf(`"%s" "%d.%d"`, word(number), number%7, number%31)
	}
}
