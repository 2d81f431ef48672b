package forecast_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/toplevel"
)

// TestUnits holds the forecast to one rule of switch-to-configuration a file. An
// archive has the units before and after, below etc/systemd/system unless they
// are in user or toplevel, what is in the store on both sides, and the plan. "-> " is a symbolic link. Where it has
// no multi-user.target, that wants all units in it.
func TestUnits(t *testing.T) {
	for name, archive := range archives(t) {
		t.Run(name, func(t *testing.T) {
			got := forecast.Compare(side(t, archive, "before"), side(t, archive, "after"))
			want := strings.Split(strings.TrimSpace(text(archive, "want")), "\n")
			slices.Sort(want)
			if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(lines(got.Units), "\n")); diff != "" {
				t.Errorf("%splan mismatch (-want +got):\n%s", archive.Comment, diff)
			}
		})
	}
}

// TestSame: from a system to itself nothing happens, except to what a target
// with X-StopOnReconfiguration takes along.
func TestSame(t *testing.T) {
	for name, archive := range archives(t) {
		if name == "X-StopOnReconfiguration" {
			continue
		}
		for _, of := range []string{"before", "after"} {
			if got := lines(forecast.Compare(side(t, archive, of), side(t, archive, of)).Units); len(got) > 0 {
				t.Errorf("%s: %s to itself: %q, want nothing", name, of, got)
			}
		}
	}
}

// TestSwapped: a unit that only one side has is started on the way there and
// stopped or left running on the way back, or the other way round. Instances are
// there without a file, too.
func TestSwapped(t *testing.T) {
	for name, archive := range archives(t) {
		if strings.HasPrefix(name, "template-") {
			continue
		}
		before, after := side(t, archive, "before"), side(t, archive, "after")
		there, back := forecast.Compare(before, after).Units, forecast.Compare(after, before).Units
		for _, way := range []struct {
			to, from   forecast.Units
			start, end *toplevel.Toplevel
		}{{there, back, before, after}, {back, there, after, before}} {
			ends := slices.Concat(way.from.Stopped, way.from.Kept)
			if missing := missing(way.to.Started, ends, way.start); len(missing) > 0 {
				t.Errorf("%s: %q are started, and not stopped on the way back", name, missing)
			}
			if missing := missing(way.to.Stopped, way.from.Started, way.end); len(missing) > 0 {
				t.Errorf("%s: %q are stopped, and not started on the way back", name, missing)
			}
		}
	}
}

// missing are the changes to units that are active for sure, that t has not, and
// that are not among others.
func missing(changes, others []forecast.UnitChange, t *toplevel.Toplevel) []string {
	var units []string
	for _, c := range changes {
		same := func(other forecast.UnitChange) bool { return other.Unit == c.Unit }
		if t.Units[c.Unit] == nil && !c.Conditional && !slices.ContainsFunc(others, same) {
			units = append(units, c.Unit)
		}
	}
	return units
}

// lines writes a plan as the archives have it.
func lines(u forecast.Units) []string {
	var all []string
	for _, list := range []struct {
		verb    string
		changes []forecast.UnitChange
	}{
		{"stop", u.Stopped},
		{"start", u.Started},
		{"restart", u.Restarted},
		{"reload", u.Reloaded},
		{"keep", u.Kept},
		{"mask", u.Masked},
	} {
		for _, c := range list.changes {
			all = append(all, line(list.verb, c))
		}
	}
	for _, r := range u.Renamed {
		all = append(all, line("rename", forecast.UnitChange{
			Unit: r.Before + " to " + r.After, Conditional: r.Conditional, Interrupts: r.Interrupts,
		}))
	}
	for what, names := range map[string][]string{"changed": u.User.Changed, "gone": u.User.Gone, "new": u.User.New} {
		for _, name := range names {
			all = append(all, "user: "+what+" "+name)
		}
	}
	if u.Reexec {
		all = append(all, "reexec")
	}
	slices.Sort(all)
	return all
}

func line(verb string, c forecast.UnitChange) string {
	s := verb + " " + c.Unit
	if c.Conditional {
		s = "if running: " + s
	}
	if len(c.Why) > 0 {
		s += " (" + strings.Join(c.Why, ", ") + ")"
	}
	if c.OnDemand {
		s += " by its socket"
	}
	if c.Interrupts != "" {
		s += " [" + c.Interrupts + "]"
	}
	return s
}

// archives are those in testdata/units, by name.
func archives(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/units/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d archives in testdata/units (%v), want 60 and more", len(files), err)
	}
	all := map[string]*txtar.Archive{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = archive
	}
	return all
}

func text(archive *txtar.Archive, name string) string {
	for _, file := range archive.Files {
		if file.Name == name {
			return string(file.Data)
		}
	}
	return ""
}

// side reads the toplevel that an archive has before or after.
func side(t testing.TB, archive *txtar.Archive, name string) *toplevel.Toplevel {
	t.Helper()
	root := "nix/store/" + strings.Repeat(name[:1], 32) + "-nixos-system/"
	system := root + "etc/systemd/system/"
	fsys := fstest.MapFS{
		root + "nixos-version":       {Data: []byte("25.11")},
		system + "default.target":    link("multi-user.target"),
		system + "multi-user.target": {Data: []byte("[Unit]\nWants=" + strings.Join(wanted(archive, name), " ") + "\n")},
	}
	for _, file := range archive.Files {
		in, ok := strings.CutPrefix(file.Name, name+"/")
		if !ok && !strings.HasPrefix(in, "store/") {
			continue
		}
		place := system + in
		switch dir, below, _ := strings.Cut(in, "/"); dir {
		case "user":
			place = root + "etc/systemd/user/" + below
		case "toplevel":
			place = root + below
		case "store":
			place = "nix/store/" + below
		}
		fsys[place] = &fstest.MapFile{Data: file.Data}
		if target, ok := strings.CutPrefix(strings.TrimSpace(string(file.Data)), "-> "); ok {
			fsys[place] = link(target)
		}
	}
	top, err := toplevel.Read(fsys, "/"+strings.TrimSuffix(root, "/"))
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func link(target string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink}
}

// wanted are the units of one side, and what their drop-ins are for.
func wanted(archive *txtar.Archive, side string) []string {
	var units []string
	for _, file := range archive.Files {
		unit, ok := strings.CutPrefix(file.Name, side+"/")
		unit, _, dropIn := strings.Cut(unit, ".d/")
		if ok && (dropIn || !strings.Contains(unit, "/")) && !strings.Contains(unit, "@.") {
			units = append(units, unit)
		}
	}
	return units
}
