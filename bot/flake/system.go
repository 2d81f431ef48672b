package flake

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// systemInputs decides which inputs are the nixpkgs that builds the hosts:
// by what Nix answered, else by use and names. Names of other flakes' inputs
// come as paths ("infra/nixpkgs"). how is a sentence on the decision where it
// was a matter of judgement; reason is why there is none.
func (p *planner) systemInputs() (inputs []string, how, reason string) {
	guess := len(p.SystemInputs) == 0
	for _, host := range sortedNames(p.SystemInputs) {
		if input := p.SystemInputs[host]; input != "" {
			name := p.commonName(input)
			p.uses[name]++
			inputs = append(inputs, name)
		} else {
			guess = true
		}
	}
	if guess {
		var guessed []string
		guessed, how, reason = p.guessSystem()
		if reason != "" && len(inputs) == 0 {
			return nil, "", reason
		}
		inputs = append(inputs, guessed...)
	}
	slices.Sort(inputs)
	return slices.Compact(inputs), how, ""
}

// commonName is the name by which a flake speaks of the nixpkgs that Nix found:
// an alias that would be edited rather than the input itself.
func (p *planner) commonName(input string) string {
	path := strings.Split(input, "/")
	if alias := p.alias(path...); alias != "" && (len(path) > 1 || p.reachedSibling(input) != "") {
		return alias
	}
	return input
}

// guessSystem decides by use and names alone. A nixpkgs for Darwin builds no
// NixOS.
func (p *planner) guessSystem() (inputs []string, how, reason string) {
	for name, times := range p.called() {
		if branch, _ := p.branchOf(name); !branch.Darwin {
			p.uses[name] += times
			inputs = append(inputs, name)
		}
	}
	if len(inputs) > 0 {
		return inputs, "", ""
	}
	if _, ok := p.Source.Inputs["nixpkgs"]; ok {
		return []string{"nixpkgs"}, "", ""
	}
	candidates := p.nixpkgsInputs(official)
	if len(candidates) == 0 {
		candidates = p.nixpkgsInputs(frozen, fork)
	}
	candidates = slices.DeleteFunc(candidates, p.held)
	if len(candidates) > 1 {
		if most := p.mostFollowed(candidates); most != "" {
			return []string{most}, most + " is taken for the nixpkgs of the hosts, because the other inputs follow it", ""
		}
		return nil, "", fmt.Sprintf("which of %s builds the hosts cannot be told from %s; hold those that shall stay (hold: %s)",
			strings.Join(candidates, ", "), p.File, strings.Join(candidates[1:], " "))
	}
	if len(candidates) == 0 {
		return nil, "", p.noNixpkgs()
	}
	return candidates, "", ""
}

// called counts how often the texts at hand call an input to build hosts. Names
// that flake.nix binds hold in the other files as well; another flake has names
// of its own; and where flake.nix makes all hosts itself, the others only
// might.
func (p *planner) called() map[string]int {
	main, ok := newReader(p.Text, names{inputs: p.Source.names(), isInput: p.mayBuild, given: p.given})
	if !ok {
		return nil // Nix will say so, better than this can
	}
	called := main.systemCalls()
	outward := main.outward()
	if made := main.hosts(); len(called) > 0 && made.direct && !made.other && !p.hostsElsewhere(outward) {
		return called
	}
	for _, text := range p.Modules {
		if !mentionsHosts(text) {
			continue
		}
		if module, ok := newReader(text, outward); ok && !module.isFlake() {
			for name, times := range module.systemCalls() {
				called[name] += times
			}
		}
	}
	return called
}

// hostsElsewhere reports whether a file beside flake.nix makes hosts.
func (p *planner) hostsElsewhere(known names) bool {
	return slices.ContainsFunc(p.Modules, func(text []byte) bool {
		if !bytes.Contains(text, []byte(hostsOutput)) {
			return false
		}
		module, ok := newReader(text, known)
		return ok && !module.isFlake() && module.hosts() != making{}
	})
}

// maxOptions bounds how many options are looked for in the whole repository.
const maxOptions = 8

// given counts the strings that an option is given in the texts at hand: as an
// attribute, as the default of an argument, and where it is missing.
func (p *planner) given(option string) map[string]int {
	counts, known := p.options[option]
	if known || option == "" || len(p.options) == maxOptions {
		return counts
	}
	counts = map[string]int{}
	p.options[option] = counts
	pattern := regexp.MustCompile(regexp.QuoteMeta(option) + `\s*(?:=|\?|or\b)\s*"`)
	for _, text := range append(slices.Clip(p.Modules), p.Text) {
		if !pattern.Match(text) {
			continue
		}
		list, err := tokens(text)
		if err != nil {
			continue
		}
		for i := 2; i < len(list); i++ {
			name, sign, value := list[i-2], list[i-1], list[i]
			if value.kind == tokenString && !value.dynamic && name.is(text, option) && (sign.is(text, "=") || sign.is(text, "?") || sign.is(text, "or")) {
				counts[decode(text, value).value]++
			}
		}
	}
	return counts
}

// mayBuild reports whether a name can stand for the nixpkgs of a host.
func (p *planner) mayBuild(name string) bool {
	if _, ok := p.Source.Inputs[name]; !ok {
		return false
	}
	path := p.Source.resolve(name)
	if len(path) != 1 {
		return len(path) > 1 && strings.Contains(path[len(path)-1], "nixpkgs")
	}
	ref, _, err := p.Source.reference(path[0])
	return name == "nixpkgs" || err == nil && ref.lineage() != stranger
}

// nixpkgsInputs lists the root inputs of the given lineages that have a
// reference of their own, sorted.
func (p *planner) nixpkgsInputs(lineages ...lineage) []string {
	return slices.DeleteFunc(p.Source.names(), func(name string) bool {
		in := p.Source.Inputs[name]
		ref, _, err := p.Source.reference(name)
		return in.follows() != nil || err != nil || !slices.Contains(lineages, ref.lineage())
	})
}

// mostFollowed is the candidate that more inputs follow than any other.
func (p *planner) mostFollowed(candidates []string) string {
	count := map[string]int{}
	for _, in := range p.Source.Inputs {
		for _, override := range in.Inputs {
			count[strings.Join(override.follows(), "/")]++
		}
	}
	slices.SortStableFunc(candidates, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	if count[candidates[0]] == count[candidates[1]] {
		slices.Sort(candidates)
		return ""
	}
	return candidates[0]
}

// moveSystem plans one nixpkgs that builds hosts.
func (p *planner) moveSystem(name string) {
	if p.held(name) {
		p.settled = append(p.settled, name+" is held (hold)")
		return
	}
	path := strings.Split(name, "/")
	if len(path) == 1 {
		path = p.Source.resolve(name)
	}
	switch {
	case len(path) > 1:
		p.moveElsewhere(name, path)
	case path == nil && p.Source.Inputs[name].Type == "":
		p.refuse(name, p.noNixpkgs())
	case path == nil:
		p.refuse(name, fmt.Sprintf("inputs.%s follows nothing that exists; give it a url", name))
	case p.held(path[0]):
		p.settled = append(p.settled, path[0]+" is held (hold)")
	default:
		p.moveOwn(name, path[0])
	}
}

// moveOwn plans a nixpkgs with a reference of its own; via is the name it was
// found under, which may follow it.
func (p *planner) moveOwn(via, name string) {
	if _, moved := p.moved[name]; moved {
		return
	}
	ref, _, err := p.Source.reference(name)
	if err != nil {
		p.refuse(name, fmt.Sprintf("inputs.%s: %v", name, err))
		return
	}
	if p.stays(name, ref) {
		return
	}
	branch, known := ref.branch()
	if sibling := p.reachedSibling(name); sibling != "" {
		p.refollow(via, name, sibling, branch.Release)
		return
	}
	if what := p.namedAfter(name); what != "" {
		p.refuse(name, fmt.Sprintf("input %s is named after %s, and moving it to %s would make the name a lie; rename the input, or add one for %s and use that", name, what, p.Target.Name, p.Target.Name))
		return
	}
	to := p.Target.BranchFor(branch)
	toward := func(r flakeRef) (string, error) { return r.toward(p.Target) }
	if err := p.rewrite(name, to, toward); err != nil {
		p.refuse(name, err.Error())
		return
	}
	p.moved[name] = branch.Release
	if known && branch.Release == "" {
		p.moved[name] = unstable
	}
	p.done = append(p.done, fmt.Sprintf("%s moves %sfrom %s to %s", name, p.direction(ref), ref.follows(), to))
}

// stays notes a nixpkgs that is at the target already, or that cannot be moved
// by rewriting its branch, and reports whether it is one of these.
func (p *planner) stays(name string, ref flakeRef) bool {
	branch, known := ref.branch()
	if ref.lineage() == fork {
		branch, known = channel.ParseBranch(path.Base(ref.Ref)) // me/nixos-unstable
	}
	there := known && p.Target.Reached(branch)
	why := p.unmovable(name, ref, known)
	switch _, asked := p.Companions.Refs[name]; {
	case asked:
		p.refuse(name, fmt.Sprintf("companions names %s, which builds hosts; name where it shall go with channel", name))
		return true
	case ref.lineage() == fork && there && strings.HasPrefix(branch.Name, "nix"):
		p.settled = append(p.settled, fmt.Sprintf("%s is a fork (%s/%s) that follows %s already", name, ref.Owner, ref.Repo, ref.follows()))
	case why != "":
		p.refuse(name, why)
		return true
	case there, ref.Rev != "" && ref.Rev == p.Target.Name:
		p.settled = append(p.settled, fmt.Sprintf("%s follows %s already", name, ref.follows()))
	default:
		return false
	}
	p.update = append(p.update, name)
	return true
}

// unmovable says why a nixpkgs cannot be moved by rewriting its branch.
func (p *planner) unmovable(name string, ref flakeRef, known bool) string {
	advice := fmt.Sprintf("to follow %s, write github:NixOS/nixpkgs/%s", p.Target.Name, p.Target.Name)
	switch ref.lineage() {
	case fork:
		return fmt.Sprintf("inputs.%s is a fork of nixpkgs (%s/%s at %s), whose branches are its owner's; move the fork, or %s", name, ref.Owner, ref.Repo, ref.follows(), advice)
	case frozen:
		return fmt.Sprintf("inputs.%s is %s, which names no branch that moves; %s", name, p.written(name), advice)
	case stranger:
		return fmt.Sprintf("inputs.%s is %s, which is not nixpkgs as NixOS publishes it; move it in its own way, or %s", name, p.written(name), advice)
	}
	if !known && ref.Rev == "" {
		return fmt.Sprintf("inputs.%s follows %s of nixpkgs, which is the branch of no channel; %s", name, ref.follows(), advice)
	}
	return ""
}

// written is an input's reference as its owner wrote it.
func (p *planner) written(name string) string {
	in := p.Source.Inputs[name]
	if url := in.Attrs["url"].Text; url != "" {
		return url
	}
	return "{ type = \"" + in.Attrs["type"].Text + "\"; … }"
}
