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
// makes of it to its promise: what a person did is in the tip, commit by commit
// or as the last merge of main settled it, or it is said that it is not. Every
// line is written once, so each tells where it came from.
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
		h := &history{choices: choices, main: start, promised: book{}}
		h.commit("main", "base", nil, start)
		h.save(t, dir)
		r := open(t, dir)
		h.tip = h.bump(t, r, "new")
		h.commits = []string{h.tip}
		h.forked, h.branch = h.main, h.bumped("new")
		for range 1 + h.choose(4) {
			h.step()
		}
		for range h.choose(3) {
			h.editMain()
		}
		h.save(t, dir)
		var books []book
		if !h.decided {
			books = append(books, h.promised)
		}
		if h.settled != nil {
			books = append(books, h.settled)
		}
		if books = h.check(t, open(t, dir), "newer", books); len(books) > 0 {
			h.editMain()
			h.save(t, dir)
			h.check(t, open(t, dir), "newest", books)
		}
	})
}

// A text is a file of the made-up history.
type text struct {
	lines string // each with its end
	run   bool
}

type files map[string]text

func file(lines ...string) text { return text{lines: strings.Join(lines, "\n") + "\n"} }

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
	decided  bool     // a merge holds something of its own
	promised book     // commit by commit
	locks    []string // people's changes of which were left out
	settled  book     // by the last merge, and the commits after it; nil before
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
		h.promised.promise(before, h.branch)
		if h.settled != nil {
			h.settled.promise(before, h.branch)
		}
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

// mergeMain merges as git does where one side changed a path. Where both did,
// the path is as one of them has it or made by hand; or the merge decides
// something else.
func (h *history) mergeMain() {
	merged := files{}
	all := maps.Clone(h.branch)
	maps.Copy(all, h.main)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		ours, here := h.branch[name]
		theirs, there := h.main[name]
		before, was := h.forked[name]
		switch {
		case ours == before && here == was:
			ours, here = theirs, there
		case ours != theirs && theirs != before:
			switch h.choose(3) {
			case 0:
				ours, here = theirs, there
			case 1:
				h.decided, here = true, true
				ours.lines += h.line(false)
			}
		}
		if here {
			merged[name] = ours
		}
	}
	if h.choose(8) == 0 {
		merged["web"], h.decided = text{lines: h.line(false)}, true
		delete(merged, "web/x")
	}
	for name := range merged {
		for parent := filepath.Dir(name); parent != "."; parent = filepath.Dir(parent) {
			delete(merged, parent) // git knows no file that is a directory too
		}
	}
	h.branch, h.forked, h.settled = merged, h.main, book{}
	h.settled.promise(h.bumped("new"), merged)
	h.tip = h.commit("ferry", "merge", []string{h.tip, h.base}, merged)
	h.commits = append(h.commits, h.tip)
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
