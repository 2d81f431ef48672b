package repo_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/repo"
)

// A promise is what people wrote to one path.
type promise struct {
	gone        bool
	run         *bool
	there, away map[string]bool // lines
}

// A book has what is promised, by path.
type book map[string]*promise

// promise notes what a person does.
func (b book) promise(before, after files) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for name := range all {
		was, had := before[name]
		is, has := after[name]
		if was == is && had == has {
			continue
		}
		p := b[name]
		if p == nil {
			p = &promise{there: map[string]bool{}, away: map[string]bool{}}
			b[name] = p
		}
		p.gone = !has
		if was.run != is.run || !had {
			p.run = &is.run
		}
		p.lines(was.lines, is.lines)
	}
}

func (p *promise) lines(was, is string) {
	for line := range strings.Lines(was) {
		if !strings.Contains("\n"+is, "\n"+line) {
			delete(p.there, line)
			p.away[line] = true
		}
	}
	for line := range strings.Lines(is) {
		if !strings.Contains("\n"+was, "\n"+line) {
			delete(p.away, line)
			p.there[line] = true
		}
	}
}

// check lays the branch and compares the tip with what was promised, in one of
// the books. It makes the tip the branch and returns the books that hold, for
// what the branch has over main.
func (h *history) check(t *testing.T, r *repo.Repo, rev string, books []book) (held []book) {
	onto := h.bump(t, r, rev)
	laid, err := r.Lay(t.Context(), onto, h.commits, bot)
	if err != nil {
		t.Fatal(err)
	}
	if laid.Conflict != nil {
		return nil
	}
	h.commits = []string{onto}
	for _, k := range laid.Kept {
		h.commits = append(h.commits, k.SHA)
	}
	if second, err := r.Lay(t.Context(), onto, h.commits, bot); err != nil || second.Tip != laid.Tip {
		t.Errorf("got %+v, %v from what was laid at %s", second, err, laid.Tip)
	}
	h.locks = append(h.locks, laid.Locks...)
	var all []string
	for _, b := range books {
		left, broken := h.compare(t, r, b, [2]string{onto, laid.Tip})
		if len(broken) == 0 {
			held = append(held, left)
		}
		all = append(all, broken...)
	}
	if len(held) == 0 {
		t.Error(strings.Join(all, "\n"))
	}
	return held
}

// compare lists what the second commit does not have over the first as the book
// says, and returns of the book what
// makes a difference.
func (h *history) compare(t *testing.T, r *repo.Repo, b book, commits [2]string) (left book, broken []string) {
	changes, err := r.Changes(commits[0], commits[1])
	if err != nil {
		t.Fatal(err)
	}
	left = book{}
	for _, c := range changes {
		if p := b[c.Path]; p == nil {
			broken = append(broken, c.Path+" changed, and nobody changed it")
		} else {
			left[c.Path] = p
		}
	}
	modes, err := r.Changes(h.base, commits[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range b {
		if !slices.Contains(h.locks, name) {
			broken = append(broken, p.hold(r, commits, name, modes)...)
		}
	}
	return left, broken
}

// hold holds a path of the second commit to what people wrote there, and to
// what they left of it in the first. The lines of the bump may be as the bot
// or people have them.
func (p *promise) hold(r *repo.Repo, commits [2]string, name string, changes []repo.Change) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, name+": "+fmt.Sprintf(format, args...)) }
	content, err := r.ReadFile(commits[1], name)
	if p.gone != (err != nil) {
		say("got %v, want it gone: %v", err, p.gone)
	}
	there := maps.Clone(p.there)
	if below, err := r.ReadFile(commits[0], name); err == nil && !p.gone {
		for line := range strings.Lines(string(below)) {
			there[line] = there[line] || !p.away[line]
		}
	}
	has := func(line string) bool { return strings.Contains("\n"+string(content), "\n"+line) }
	bots := func(line string) bool { return strings.HasPrefix(line, "url ") || strings.HasPrefix(line, `"rev"`) }
	for line, stays := range there {
		if stays && !has(line) && !bots(line) {
			say("%q is lost in %q", line, content)
		}
	}
	for line := range p.away {
		if has(line) && !bots(line) {
			say("%q is back in %q", line, content)
		}
	}
	for _, c := range changes {
		if c.Path == name && !c.Gone && p.run != nil && *p.run != (c.Mode == "100755") {
			say("got mode %s, want it executable: %v", c.Mode, *p.run)
		}
	}
	return broken
}
