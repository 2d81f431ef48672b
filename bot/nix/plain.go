package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

//go:embed plain.nix
var plainNix string

// An Origin says whose package a derivation is, seen from a host that needs it.
type Origin struct {
	// Drv is the derivation asked about.
	Drv string `json:"drv"`
	// Of is the derivation that was found: Drv, or one that needs Drv.
	Of string `json:"-"`
	// Attr is the path of its attribute in nixpkgs or in the host's packages;
	// empty where it is in neither, as far as its name leads.
	Attr []string `json:"attr"`
	// Plain means that the same nixpkgs, without overlays and without
	// nixpkgs.config, has exactly this derivation.
	Plain bool `json:"plain"`
	// Hydra is whether Hydra builds the attribute of plain nixpkgs: it does not
	// where nixpkgs wants a permission, as for an unfree license, or where the
	// package says so.
	Hydra bool `json:"hydra"`
	// PlainDrv is what plain nixpkgs has under the attribute instead, "" where it
	// has nothing; Config means that the host's nixpkgs.config alone makes the
	// difference.
	PlainDrv string `json:"plainDrv"`
	Config   bool   `json:"config"`
	// Defined is where the host's packages define the attribute, zero where
	// nixpkgs does.
	Defined Position `json:"defined"`
	// Written is where the package says it is written, "file:line"; Listed the
	// file of the module that puts it into environment.systemPackages. Each may
	// be empty.
	Written string `json:"written"`
	Listed  string `json:"listed"`
	// Outs are the output paths of Of.
	Outs []string `json:"-"`
	// Through are attributes of overlays that change what it is built from.
	Through []Overlaid `json:"-"`
}

// A Position is a place in a file as Nix names it.
type Position struct {
	File         string
	Line, Column int
}

// An Overlaid is an attribute whose derivation an overlay changes.
type Overlaid struct {
	Attr    string   `json:"attr"`
	Drv     string   `json:"drv"`
	Defined Position `json:"defined"`
}

// maxKin bounds how many derivations that need a failed one are asked about in
// its stead.
const maxKin = 6

// Origins finds out whose packages some derivations are that a host of the
// flake ref needs: plain nixpkgs', or changed, and by whom. It evaluates the
// host's packages and those of plain nixpkgs in one process. Derivations that
// NixOS itself makes of the configuration are left out of the answer, and so
// are those nothing is found out about; beside an error is what was known by
// then.
func (c *CLI) Origins(ctx context.Context, ref, host, toplevel string, drvs []string) ([]Origin, error) {
	asked, kin, err := c.questions(ctx, toplevel, drvs)
	if err != nil {
		return nil, err
	}
	known, err := c.askPlain(ctx, ref, host, asked, near())
	if err != nil {
		return nil, err
	}
	missed := slices.DeleteFunc(asked, func(w wanted) bool {
		return len(w.Places) > 0 || !slices.ContainsFunc(drvs, func(drv string) bool {
			o, _ := known.nearest(drv, kin[drv])
			return len(o.Attr) == 0 && slices.Contains(kin[drv], w.Drv)
		})
	})
	// What this does not answer stays unanswered: among so many packages, one
	// may well not evaluate.
	if more, err := c.askPlain(ctx, ref, host, missed, far()); err == nil {
		known.add(more)
	}
	var all []Origin
	for _, drv := range drvs {
		o, ok := known.nearest(drv, kin[drv])
		if !ok {
			continue
		}
		if o, err = c.closer(ctx, o, known.overlaid); err != nil {
			return all, err
		}
		if o.Outs, err = c.outputs(ctx, o.Of); err != nil {
			return all, err
		}
		all = append(all, o)
	}
	return all, nil
}

// questions are what to ask about derivations that toplevel needs: about them
// and their kin, each once. kin is by derivation.
func (c *CLI) questions(ctx context.Context, toplevel string, drvs []string) (asked []wanted, kin map[string][]string, err error) {
	needed, err := c.requisites(ctx, toplevel)
	if err != nil {
		return nil, nil, err
	}
	kin = map[string][]string{}
	for _, drv := range drvs {
		if kin[drv], err = c.kin(ctx, drv, needed); err != nil {
			return nil, nil, err
		}
		for _, of := range kin[drv] {
			if !slices.ContainsFunc(asked, func(w wanted) bool { return w.Drv == of }) {
				asked = append(asked, want(of))
			}
		}
	}
	return asked, kin, nil
}

// kin are a derivation and some that need it, the nearest first, without those
// that NixOS makes and without sources: a source is no attribute, the package
// that is made of it is.
func (c *CLI) kin(ctx context.Context, drv string, needed []string) ([]string, error) {
	var kin []string
	seen := map[string]bool{}
	passed := func(path string) bool {
		return seen[path] || NixosMade(storeName(path)) || !slices.Contains(needed, path)
	}
	for level := []string{drv}; len(kin) < maxKin && len(seen) < maxKin*maxKin; {
		level = slices.DeleteFunc(level, passed)
		if len(level) == 0 {
			break
		}
		var above []string
		for _, drv := range level[:min(len(level), maxKin)] {
			if seen[drv] {
				continue
			}
			seen[drv] = true
			if !fetched.MatchString(storeName(drv)) && len(kin) < maxKin {
				kin = append(kin, drv)
			}
			needing, err := c.lines(ctx, "reading what needs "+drv, "--query", "--referrers", drv)
			if err != nil {
				return nil, err
			}
			above = append(above, needing...)
		}
		level = above
	}
	return kin, nil
}

// origins are what plain.nix answered, by derivation.
type origins struct {
	found    map[string]Origin
	overlaid []Overlaid
}

func (known *origins) add(more origins) {
	maps.Copy(known.found, more.found)
	known.overlaid = append(known.overlaid, more.overlaid...)
}

// askPlain asks plain.nix, and keeps of its answer what it has found.
func (c *CLI) askPlain(ctx context.Context, ref, host string, asked []wanted, places []place) (origins, error) {
	known := origins{found: map[string]Origin{}}
	if len(asked) == 0 {
		return known, nil
	}
	text, err := json.Marshal(map[string]any{"wanted": asked, "places": places})
	if err != nil {
		return known, err
	}
	doing := "comparing host " + host + " with plain nixpkgs"
	expr := fmt.Sprintf("hosts: (%s) (builtins.fromJSON %s) hosts.%s", plainNix, quote(string(text)), quote(host))
	out, err := c.run(ctx, command{doing: doing, tool: c.nix, args: c.evalArgs(ref, expr)})
	if err != nil {
		return known, err
	}
	var answer struct {
		Answers  []Origin
		Overlaid []Overlaid
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return known, fmt.Errorf("%s: reading nix's answer: %w", doing, err)
	}
	known.overlaid = answer.Overlaid
	for _, o := range answer.Answers {
		if o.Plain || len(o.Attr) > 0 || o.Listed != "" {
			known.found[o.Drv] = o
		}
	}
	return known, nil
}

// nearest picks the origin of a derivation: what plain nixpkgs has decides, be
// it of something that needs it, because all that a plain package needs is
// plain; else its own, else that of the first found that needs it.
func (known origins) nearest(drv string, kin []string) (best Origin, ok bool) {
	for _, of := range kin {
		if o, found := known.found[of]; found && (!ok || o.Plain && !best.Plain) {
			best, ok = o, true
			best.Drv, best.Of = drv, of
		}
	}
	return best, ok
}

// closer looks at what an origin that is not plain is built from: what plain
// nixpkgs builds its own from is plain, such as the source of a package that is
// only configured otherwise; and where nothing else tells why the package is
// not plain, something that an overlay changes must be among it.
func (c *CLI) closer(ctx context.Context, o Origin, overlaid []Overlaid) (Origin, error) {
	if o.Plain || o.Config || len(o.Attr) == 0 {
		return o, nil
	}
	if o.PlainDrv != "" {
		needs, err := c.requisites(ctx, o.PlainDrv)
		if err != nil {
			return o, err
		}
		if slices.Contains(needs, o.Drv) {
			o.Plain, o.Of, o.Defined = true, o.PlainDrv, Position{}
			return o, nil
		}
	}
	if len(overlaid) == 0 || o.Defined != (Position{}) {
		return o, nil
	}
	needs, err := c.requisites(ctx, o.Of)
	for _, changed := range overlaid {
		if changed.Drv != o.Of && slices.Contains(needs, changed.Drv) {
			o.Through = append(o.Through, changed)
		}
	}
	return o, err
}
