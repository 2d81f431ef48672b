package event

import (
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// A kind is what an argument names, as it is written in the forms.
type kind string

const (
	host   kind = "HOST"
	input  kind = "INPUT"
	parcel kind = "PACKAGE"
	target kind = "REVISION|CHANNEL|" + lastGood
)

// lastGood is the newest revision with which nothing is worse than before.
const lastGood = "last-good"

// names are those that exist, nil when that is not known.
func (k kind) names(known Known) []string {
	switch k {
	case host:
		return known.Hosts
	case input:
		return known.Inputs
	}
	return nil
}

// A form is how a command is written.
type form struct {
	verb  string
	takes []kind
	// optional says that the last argument may be left out, many that it may be
	// repeated.
	optional, many bool
	does           string
}

// forms are all commands there are.
var forms = []form{
	{verb: "help", does: "lists the commands"},
	{verb: "status", does: "says where things stand"},
	{verb: "retry", takes: []kind{host}, optional: true, many: true, does: "judges again what failed or stayed open"},
	{verb: "rebase", does: "renews the branch on its base, people's commits on top"},
	{verb: "recreate", does: "makes the branch anew, without people's commits"},
	{verb: "use", takes: []kind{target}, does: "goes to a revision, the newest of a channel, or the newest good one"},
	{verb: "hold", takes: []kind{input}, many: true, does: "keeps inputs where they are"},
	{verb: "unhold", takes: []kind{input}, many: true, does: "lets held inputs move again"},
	{verb: "skip", takes: []kind{host}, many: true, does: "leaves hosts out of the verdict"},
	{verb: "unskip", takes: []kind{host}, many: true, does: "judges skipped hosts again"},
	{verb: "bisect", takes: []kind{host}, optional: true, many: true, does: "finds the revision that broke a host"},
	{verb: "fix", does: "renames options that were renamed"},
	{verb: "diff", takes: []kind{host}, does: "shows what changes on a host"},
	{verb: "why", takes: []kind{host, parcel}, does: "shows what a host needs a package for"},
	{verb: "log", takes: []kind{host}, does: "shows how a host failed"},
	{verb: "check", does: "builds this pull request and reports what it changes"},
}

// Usage is one line for each command: its form, a colon, and what it does.
func Usage(prefix string) (lines []string) {
	for _, f := range forms {
		lines = append(lines, prefix+" "+f.usage()+": "+f.does)
	}
	return lines
}

// usage is the form in general, "retry [HOST…]" say.
func (f form) usage() string {
	written := []string{f.verb}
	for i, k := range f.takes {
		word := string(k)
		if f.many && i == len(f.takes)-1 {
			word += "…"
		}
		if f.optional && i == len(f.takes)-1 {
			word = "[" + word + "]"
		}
		written = append(written, word)
	}
	return strings.Join(written, " ")
}

// count is how many arguments the form takes.
func (f form) count() (low, high int) {
	low, high = len(f.takes), len(f.takes)
	if f.optional {
		low--
	}
	if f.many {
		high = maxArguments
	}
	return low, high
}

// correct is the form with these arguments, each replaced by the nearest valid
// one; the form in general where there is none.
func (f form) correct(args []string, known Known) string {
	if low, high := f.count(); len(args) < low || len(args) > high {
		return f.usage()
	}
	c := Command{Verb: f.verb}
	for i, word := range args {
		k := f.takes[min(i, len(f.takes)-1)]
		arg, problem := k.read(word, known)
		if problem != "" {
			arg = nearest(word, k.candidates(word, known))
		}
		if arg == "" {
			return f.usage()
		}
		c.Args = append(c.Args, arg)
	}
	return c.String()
}

// candidates are what may have been meant by a word.
func (k kind) candidates(word string, known Known) []string {
	if k != target {
		return k.names(known)
	}
	if c, err := channel.Parse("nixos-" + word); err == nil {
		return []string{c.Name}
	}
	return []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", lastGood}
}
