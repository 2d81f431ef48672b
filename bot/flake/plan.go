package flake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// A Request is everything a plan is made from.
type Request struct {
	// File names flake.nix in the plan's edits, Text is its content.
	File string
	Text []byte
	// Source is what Nix reads from it.
	Source Source
	// Lock is its flake.lock; the zero Lock where there is none.
	Lock Lock
	// Target is the channel to move to.
	Target channel.Channel
	// SystemInputs says for each host which input its nixpkgs is, as
	// [SystemInput] names it; "" for a host whose input was asked for but not
	// found out. Empty when nobody could ask: then names and use decide.
	SystemInputs map[string]string
	// Modules are other Nix files of the repository. They are searched for
	// the input whose nixosSystem is called, when SystemInputs is of no help.
	Modules [][]byte
	// Companions says what moves along with nixpkgs.
	Companions Companions
	// Hold names inputs that stay as they are.
	Hold []string
	// AlsoUpdate names inputs to relock besides.
	AlsoUpdate []string
}

// Companions is the owner's wish about companions. The zero value is "auto":
// those tied to the nixpkgs that moves follow it.
type Companions struct {
	// Off leaves all of them where they are.
	Off bool
	// Refs gives inputs, companions or not, the ref they shall follow; "" is
	// the default branch. It wins over Off and over the table.
	Refs map[string]string
}

// The verdicts of a plan.
const (
	VerdictEdit   = "edit"   // flake.nix changes
	VerdictNoop   = "noop"   // flake.nix is right already; the lock may move
	VerdictRefuse = "refuse" // nothing may change; Reason says what the owner can do
)

// A Plan is what a bump will do to one flake. Its JSON form is the contract of
// `nixferry bump --json`.
type Plan struct {
	Verdict string `json:"verdict"`
	// Reason says why, in sentences for the owner.
	Reason string `json:"reason"`
	// Edits are in the order of the file.
	Edits []Edit `json:"edits"`
	// Left are the inputs that one might expect to move and that stay.
	Left []Left `json:"left"`
	// Update are the inputs to relock although their reference stays; relocking
	// what was edited goes without saying.
	Update []string `json:"update"`
	// System are the inputs whose nixpkgs builds the hosts, as SystemInput
	// names them.
	System []string `json:"system"`
	// Trial are references, by input, that put the hosts on the target for a
	// trial without an edit, where the plan is a refusal. Nil where there is no
	// such way.
	Trial map[string]string `json:"-"`
}

// A Left is an input that stays as it is, and why.
type Left struct {
	// Flake is the directory of the flake whose input it is, where a report is
	// about several.
	Flake string `json:"flake,omitempty"`
	Input string `json:"input"`
	Why   string `json:"why"`
}

// MakePlan decides what changes in a flake.nix for its hosts to follow the
// target channel. It never guesses: what it is not sure of is a refusal, or a
// Left, that names what the owner can do.
func MakePlan(request Request) Plan {
	p := planner{Request: request, moved: map[string]string{}, uses: map[string]int{}, options: map[string]map[string]int{}}
	if reason := p.objection(); reason != "" {
		return Refusal(reason)
	}
	system, how, reason := p.systemInputs()
	if reason != "" {
		return Refusal(reason)
	}
	if reason := p.moveSystems(system); reason != "" {
		plan := Refusal(reason)
		plan.Trial = p.trial()
		return plan
	}
	p.left = append(p.left, p.refused...)
	p.moveCompanions(system)
	p.leaveSideInputs()
	if len(p.edits) > 0 {
		if why := generated(p.Text, p.Source); why != "" {
			plan := Refusal(why)
			plan.Trial = p.trial()
			return plan
		}
	}
	plan := p.plan(how)
	plan.System = system
	return plan
}

// moveSystems plans the nixpkgs inputs of the hosts. The reason says why there
// is nothing to be done for most of them: none can be moved, and no more of them
// are where they should be.
func (p *planner) moveSystems(system []string) (reason string) {
	stuck, settled := 0, 0
	for _, input := range system {
		if why := p.keptApart(input, system); why != "" {
			p.leave(input, why, true)
			continue
		}
		before := len(p.refused)
		if p.moveSystem(input); len(p.refused) > before {
			stuck += p.uses[input]
		} else {
			settled += p.uses[input]
		}
	}
	if len(p.refused) == 0 || len(p.edits) > 0 || len(p.settled) > 0 && stuck <= settled {
		return ""
	}
	var names, reasons []string
	for _, left := range p.refused {
		names, reasons = append(names, left.Input), append(reasons, left.Why)
	}
	if len(p.settled) > 0 {
		reasons = append(reasons, "to update the other hosts all the same, set hold: "+strings.Join(names, " "))
	}
	return strings.Join(reasons, "; ")
}

// Refusal is the plan that changes nothing, for the given reason.
func Refusal(reason string) Plan {
	return Plan{Verdict: VerdictRefuse, Reason: reason, Edits: []Edit{}, Left: []Left{}, Update: []string{}, System: []string{}}
}

// unstable is what a nixpkgs leaves that leaves no release.
const unstable = "unstable"

// A planner gathers a plan.
type planner struct {
	Request
	edits []Edit
	left  []Left
	// moved maps the nixpkgs inputs that are edited to the release they leave:
	// YY.MM, unstable, stable for the latest, whichever it is, or "" when it is
	// not known.
	moved map[string]string
	// settled are system inputs that are where they should be, or held, with
	// the sentence that says so.
	settled []string
	// update are system inputs to relock.
	update []string
	// refused are the system inputs that cannot be moved.
	refused []Left
	// done are sentences on what was edited.
	done []string
	// uses counts how often an input builds a host: hosts where Nix told, else
	// calls in the texts.
	uses map[string]int
	// options keeps what given found.
	options map[string]map[string]int
}

func (p *planner) plan(how string) Plan {
	update := slices.Concat(p.update, p.AlsoUpdate)
	slices.Sort(update)
	update = slices.DeleteFunc(slices.Compact(update), func(name string) bool {
		return p.held(name) || p.edited(name)
	})
	slices.SortFunc(p.edits, func(a, b Edit) int { return cmp.Compare(a.Offset, b.Offset) })
	slices.SortFunc(p.left, func(a, b Left) int { return cmp.Compare(a.Input, b.Input) })
	plan := Plan{Verdict: VerdictNoop, Edits: p.edits, Left: p.left, Update: update}
	sentences := p.settled
	if len(p.edits) > 0 {
		plan.Verdict = VerdictEdit
		sentences = slices.Concat(p.done, p.settled)
	}
	if how != "" {
		sentences = append(sentences, how)
	}
	if names := slices.DeleteFunc(p.outOfStep(), p.edited); len(names) > 0 {
		sentences = append(sentences, "flake.lock is out of step with flake.nix, and relocking changes these as well: "+strings.Join(names, ", "))
	}
	plan.Reason = strings.Join(sentences, "; ")
	if plan.Edits == nil {
		plan.Edits = []Edit{}
	}
	if plan.Left == nil {
		plan.Left = []Left{}
	}
	if plan.Update == nil {
		plan.Update = []string{}
	}
	return plan
}

// refuse notes a system input that cannot be moved.
func (p *planner) refuse(input, why string) {
	p.refused = append(p.refused, Left{Input: input, Why: why})
}

// edited reports whether an input's reference changes.
func (p *planner) edited(input string) bool {
	return slices.ContainsFunc(p.edits, func(e Edit) bool { return e.Input == input })
}

func (p *planner) held(input string) bool { return slices.Contains(p.Hold, input) }

// objection is what is wrong with the request or the inputs as a whole.
func (p *planner) objection() string {
	if !isSet(p.Text) {
		return p.File + " is an expression that makes an attribute set (let … in, //, a call), and as a flake Nix refuses it: it \"must be an attribute set\"; let it begin with { and end with }"
	}
	asked := []struct {
		what  string
		names []string
	}{{"hold", p.Hold}, {"also-update", p.AlsoUpdate}, {"companions", sortedNames(p.Companions.Refs)}}
	for _, ask := range asked {
		for _, name := range ask.names {
			if p.Source.input(name).Type == "" && (ask.what == "companions" || !slices.Contains(p.Lock.Inputs(), name)) {
				return fmt.Sprintf("%s names %q, which is no input of %s; its inputs are %s", ask.what, name, p.File, strings.Join(p.Source.names(), ", "))
			}
		}
	}
	for _, name := range p.Source.names() {
		if in := p.Source.Inputs[name]; in.Type != "set" {
			return fmt.Sprintf("inputs.%s of %s is a %s, which Nix does not accept; write inputs.%s.url = \"…\"", name, p.File, in.Type, name)
		}
	}
	return p.computed("inputs", p.Source.Inputs)
}

// computed finds an attribute that is an expression: Nix itself rejects the
// flake then ("expected a string but got a thunk").
func (p *planner) computed(prefix string, inputs map[string]Input) string {
	for _, name := range sortedNames(inputs) {
		in := inputs[name]
		path := prefix + "." + name
		for _, attr := range sortedNames(in.Attrs) {
			at := in.Attrs[attr].At
			if in.Attrs[attr].Type != "error" && !isExpression(p.Text, at, attr) {
				continue
			}
			return fmt.Sprintf("%s:%d: %s.%s is an expression, and Nix accepts only plain values in inputs; write the value out", p.File, at.Line, path, attr)
		}
		if reason := p.computed(path+".inputs", in.Inputs); reason != "" {
			return reason
		}
	}
	return ""
}

// edit plans to give input's attribute a new value. The error says why its
// literal cannot be edited.
func (p *planner) edit(input, attr, value string) error {
	at := p.Source.input(input).Attrs[attr]
	if !sameFile(at.At.File, p.File) {
		return fmt.Errorf("inputs.%s.%s is not written in %s but in %s; edit it there", input, attr, p.File, at.At.File)
	}
	found, err := locate(p.Text, at.At, attr)
	if err == nil && found.value != at.Text {
		err = fmt.Errorf("the text there reads %q, and Nix reads %q", found.value, at.Text)
	}
	if err == nil {
		_, err = found.encode(value)
	}
	if err != nil {
		return fmt.Errorf("inputs.%s.%s at %s:%d cannot be edited safely (%w); write it as one plain string", input, attr, p.File, at.At.Line, err)
	}
	p.edits = append(p.edits, Edit{
		Input: input, File: p.File, Line: lineOf(p.Text, found.start), Old: at.Text, New: value, Attr: attr, Offset: found.start,
	})
	return nil
}

// rewrite plans to let an input follow another ref, in its own form: rewritten
// turns its reference into the new text, and ref is what stands in attributes.
func (p *planner) rewrite(input, ref string, rewritten func(flakeRef) (string, error)) error {
	current, attr, err := p.Source.reference(input)
	if err != nil {
		return fmt.Errorf("inputs.%s: %w", input, err)
	}
	value := ref
	switch {
	case attr == "url":
		if value, err = rewritten(current); err != nil {
			return err
		}
	case attr == "" || value == "" || (attr == "rev") != channel.IsRev(value):
		return fmt.Errorf("inputs.%s is written as attributes, and following %s takes adding or removing one; write url = \"%s:…/%s\" or change it by hand", input, cmp.Or(ref, "the default branch"), current.Type, ref)
	}
	if value == p.Source.input(input).Attrs[attr].Text {
		return nil
	}
	return p.edit(input, attr, value)
}
