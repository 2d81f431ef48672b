package repo_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/repo"
)

// FuzzLay makes up a small history of a branch and of main and holds what Lay
// makes of it to its promise: what a person did is in the tip, or it is said
// that it is not. Every line is written once, so each tells where it came from.
func FuzzLay(f *testing.F) {
	for seed := range uint64(30) {
		choices := make([]byte, 80)
		random := rand.New(rand.NewPCG(seed, 7))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		f.Add(choices)
	}
	dir := filepath.Join(f.TempDir(), "fuzz")
	start := files{
		"flake.nix": file("url old", "2", "3", "4"), "flake.lock": file("{", `"rev": "old",`, `"a": 1,`, `"b": 1,`, `"c": 1`, "}"),
		"web": file("w1", "w2", "w3", "w4", "w5", "w6"), "db": file("d1", "d2", "d3", "d4", "d5", "d6"), "lib/x": file("x"),
	}
	if out, err := exec.Command("git", "init", "-q", "-b", "main", dir).CombinedOutput(); err != nil {
		f.Fatalf("%v\n%s", err, out)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		h := &history{choices: choices, main: start, promised: map[string]*promise{}}
		h.commit("main", "base", nil, start)
		h.save(t, dir)
		r := open(t, dir)
		h.tip = h.bump(t, r, "new")
		h.forked, h.branch = h.main, h.bumped("new")
		for range 1 + h.choose(4) {
			h.step()
		}
		for range h.choose(3) {
			h.editMain()
		}
		h.save(t, dir)
		h.check(t, open(t, dir))
	})
}

// A text is a file of the made-up history.
type text struct {
	lines string // each with its end
	run   bool
}

type files map[string]text

func file(lines ...string) text { return text{lines: strings.Join(lines, "\n") + "\n"} }

// A promise is what people wrote to one path.
type promise struct {
	gone        bool
	run         *bool
	there, away map[string]bool // lines
}

// A history is being made up by the choices.
type history struct {
	choices  []byte
	lines    int
	main     files
	forked   files // what main was when the branch last had all of it
	branch   files
	base     string // main's tip, as git fast-import names it
	tip      string // the branch's
	commits  []string
	decided  bool // a merge holds something of its own
	promised map[string]*promise
	stream   bytes.Buffer
	marks    int
}

// choose returns a number below n.
func (h *history) choose(n int) int {
	if len(h.choices) == 0 {
		return 0
	}
	c := h.choices[0]
	h.choices = h.choices[1:]
	return int(c) % n
}

// step is one thing that happens to the branch.
func (h *history) step() {
	switch h.choose(4) {
	case 0:
		h.editMain()
	case 1:
		h.mergeMain()
	default:
		before := h.branch
		h.branch = h.edit(h.branch, false)
		h.promise(before, h.branch)
		h.tip = h.commit("ferry", "fix", []string{h.tip}, h.branch)
		h.commits = append(h.commits, h.tip)
	}
}

func (h *history) editMain() {
	h.main = h.edit(h.main, true)
	h.base = h.commit("main", "main", []string{h.base}, h.main)
}

// edit does one thing to one file. Flake.nix and flake.lock stay where they
// are on main, as the bump needs them.
func (h *history) edit(now files, main bool) files {
	now = maps.Clone(now)
	names := slices.Sorted(maps.Keys(now))
	name := names[min(h.choose(2*len(names)), len(names)-1)] // mostly the last, so that both sides meet
	was, lines := now[name], slices.Collect(strings.Lines(now[name].lines))
	lock := name == "flake.lock"
	switch op := h.choose(9); {
	case op == 4 && len(lines) > 5:
		was.lines = strings.Join(slices.Delete(lines, 2, 3), "")
	case op == 5:
		was.run = !was.run
	case op == 6 && (!main || !strings.HasPrefix(name, "flake")):
		delete(now, name)
		return now
	case op == 7 && (!main || !strings.HasPrefix(name, "flake")):
		delete(now, name)
		now[fmt.Sprintf("renamed%d", h.choose(3))] = was
		return now
	case op == 8:
		free := []string{"new", "d/new", "lib", "web/x", "d"}[h.choose(5)]
		for other := range now {
			if strings.HasPrefix(other, free+"/") || strings.HasPrefix(free, other+"/") {
				delete(now, other)
			}
		}
		now[free] = text{lines: h.line(false)}
		return now
	default:
		at := min(1+h.choose(len(lines)), max(len(lines)-2, 0))
		was.lines = strings.Join(slices.Insert(lines, at, h.line(lock)), "")
	}
	now[name] = was
	return now
}

// line is one that was never written before.
func (h *history) line(json bool) string {
	h.lines++
	if json {
		return fmt.Sprintf("\"l%d\": 1,\n", h.lines)
	}
	return fmt.Sprintf("l%d\n", h.lines)
}

// mergeMain merges as git does where one side changed a path, and as one of
// the sides has it where both did; or it decides something of its own.
func (h *history) mergeMain() {
	merged := files{}
	all := maps.Clone(h.branch)
	maps.Copy(all, h.main)
	for name := range all {
		ours, here := h.branch[name]
		theirs, there := h.main[name]
		before, was := h.forked[name]
		switch {
		case ours == before && here == was, ours != before && theirs != before && name > "m":
			ours, here = theirs, there
		}
		if here {
			merged[name] = ours
		}
	}
	for name := range merged {
		for parent := filepath.Dir(name); parent != "."; parent = filepath.Dir(parent) {
			delete(merged, parent) // git knows no file that is a directory too
		}
	}
	if h.choose(8) == 0 {
		merged["web"], h.decided = text{lines: h.line(false)}, true
		delete(merged, "web/x")
	}
	h.branch, h.forked = merged, h.main
	h.tip = h.commit("ferry", "merge", []string{h.tip, h.base}, merged)
	h.commits = append(h.commits, h.tip)
}

// promise notes what a person's commit does.
func (h *history) promise(before, after files) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for name := range all {
		was, had := before[name]
		is, has := after[name]
		if was == is && had == has {
			continue
		}
		p := h.promised[name]
		if p == nil {
			p = &promise{there: map[string]bool{}, away: map[string]bool{}}
			h.promised[name] = p
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

// commit writes a commit for git fast-import and returns its name.
// https://git-scm.com/docs/git-fast-import
func (h *history) commit(branch, message string, parents []string, now files) string {
	h.marks++
	fmt.Fprintf(&h.stream, "commit refs/heads/%s\nmark :%d\ncommitter Ada <ada@example.org> %d +0100\ndata %d\n%s\n",
		branch, h.marks, 1_800_000_000+h.marks, len(message), message)
	for i, parent := range parents {
		fmt.Fprintf(&h.stream, "%s %s\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	fmt.Fprint(&h.stream, "deleteall\n")
	for _, name := range slices.Sorted(maps.Keys(now)) {
		mode := map[bool]string{false: "100644", true: "100755"}[now[name].run]
		fmt.Fprintf(&h.stream, "M %s inline %s\ndata %d\n%s\n", mode, name, len(now[name].lines), now[name].lines)
	}
	return fmt.Sprintf(":%d", h.marks)
}

// save has git make the commits, and puts their shas where their marks were.
func (h *history) save(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet", "--force", "--export-marks=marks")
	cmd.Dir, cmd.Stdin = filepath.Join(dir, ".git"), &h.stream
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	marks, err := os.ReadFile(filepath.Join(dir, ".git/marks"))
	if err != nil {
		t.Fatal(err)
	}
	shas := map[string]string{}
	for line := range strings.Lines(string(marks)) {
		mark, sha, _ := strings.Cut(strings.TrimSpace(line), " ")
		shas[mark] = sha
	}
	for _, name := range append([]*string{&h.tip, &h.base}, pointers(h.commits)...) {
		if sha := shas[*name]; sha != "" {
			*name = sha
		}
	}
	if h.base == "" {
		h.base = shas[":1"]
	}
}

func pointers(list []string) (all []*string) {
	for i := range list {
		all = append(all, &list[i])
	}
	return all
}

// bumped is main with the bot's change.
func (h *history) bumped(rev string) files {
	now := maps.Clone(h.main)
	for _, name := range []string{"flake.nix", "flake.lock"} {
		edited := now[name]
		edited.lines = strings.NewReplacer("url old", "url new", `"rev": "old"`, `"rev": "`+rev+`"`).Replace(edited.lines)
		now[name] = edited
	}
	now["bumped"] = file(rev) // so that there is always something to bump
	return now
}

func (h *history) bump(t *testing.T, r *repo.Repo, rev string) string {
	t.Helper()
	written := map[string][]byte{}
	for name, now := range h.bumped(rev) {
		written[name] = []byte(now.lines)
	}
	sha, err := r.WriteCommit(h.base, written, "bump", bot, when)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// check lays the branch and compares the tip with what was promised.
func (h *history) check(t *testing.T, r *repo.Repo) {
	onto := h.bump(t, r, "newer")
	laid, err := r.Lay(t.Context(), onto, h.commits, bot)
	if err != nil {
		t.Fatal(err)
	}
	if laid.Conflict != nil {
		return
	}
	if h.decided {
		t.Error("what a merge decided is lost")
	}
	changes, err := r.Changes(onto, laid.Tip)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if h.promised[c.Path] == nil {
			t.Errorf("%s changed, and nobody changed it", c.Path)
		}
	}
	modes, err := r.Changes(h.base, laid.Tip)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range h.promised {
		if !slices.Contains(laid.Locks, name) {
			p.hold(t, r, [2]string{onto, laid.Tip}, name, modes)
		}
	}
	again := []string{onto}
	for _, k := range laid.Kept {
		again = append(again, k.SHA)
	}
	if second, err := r.Lay(t.Context(), onto, again, bot); err != nil || second.Tip != laid.Tip {
		t.Errorf("got %+v, %v from what was laid at %s", second, err, laid.Tip)
	}
}

// hold holds a path of the second commit to what people wrote there, and to
// what they left of it in the first.
func (p *promise) hold(t *testing.T, r *repo.Repo, commits [2]string, name string, changes []repo.Change) {
	content, err := r.ReadFile(commits[1], name)
	if p.gone != (err != nil) {
		t.Errorf("%s: got %v, want it gone: %v", name, err, p.gone)
	}
	if below, err := r.ReadFile(commits[0], name); err == nil && !p.gone {
		for line := range strings.Lines(string(below)) {
			p.there[line] = p.there[line] || !p.away[line]
		}
	}
	for line, stays := range p.there {
		if stays && !strings.Contains("\n"+string(content), "\n"+line) {
			t.Errorf("%s: %q is lost in %q", name, line, content)
		}
	}
	for line := range p.away {
		if strings.Contains("\n"+string(content), "\n"+line) {
			t.Errorf("%s: %q is back in %q", name, line, content)
		}
	}
	for _, c := range changes {
		if c.Path == name && !c.Gone && p.run != nil && *p.run != (c.Mode == "100755") {
			t.Errorf("%s: got mode %s, want it executable: %v", name, c.Mode, *p.run)
		}
	}
}
