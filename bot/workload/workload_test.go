package workload_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/workload"
)

// at is the store path of this name.
func at(name string) string { return "/nix/store/" + strings.Repeat("0", 32) + "-" + name }

// recipe writes a .drv with outputs "NAME-OUTPUT" ("NAME" for out). Each of
// inputs is "NAME:OUTPUT,OUTPUT", each of env "KEY=VALUE".
func recipe(name, outputs, inputs string, env ...string) string {
	var outs, ins, vars []string
	for _, out := range strings.Fields(outputs) {
		path := at(strings.TrimSuffix(name+"-"+out, "-out"))
		if out == "floating" {
			path = ""
		}
		outs = append(outs, fmt.Sprintf(`(%q,%q,"","")`, out, path))
	}
	for _, in := range strings.Fields(inputs) {
		drv, wanted, _ := strings.Cut(in, ":")
		ins = append(ins, fmt.Sprintf(`(%q,["%s"])`, at(drv+".drv"), strings.ReplaceAll(wanted, ",", `","`)))
	}
	for _, variable := range env {
		key, value, _ := strings.Cut(variable, "=")
		vars = append(vars, fmt.Sprintf("(%q,%q)", key, value))
	}
	return fmt.Sprintf(`Derive([%s],[%s],[],"x86_64-linux","/bin/sh",[],[%s])`,
		strings.Join(outs, ","), strings.Join(ins, ","), strings.Join(vars, ","))
}

// recipes are two hosts with a toplevel each, which share all that is below.
var recipes = map[string]string{
	"one":   recipe("one", "out", "unit:out tool:out"),
	"two":   recipe("two", "out", "lib:out,dev"),
	"unit":  recipe("unit", "out", "tool:out", "allowSubstitutes=", "preferLocalBuild=1"),
	"tool":  recipe("tool", "doc out", "lib:dev"),
	"lib":   recipe("lib", "dev out", "src:out"),
	"src":   `Derive([("out","` + at("src") + `","sha256","00")],[],[],"x86_64-linux","/bin/sh",[],[])`,
	"json":  recipe("json", "out", "", `__json={"allowSubstitutes":false,"preferLocalBuild":true}`),
	"both":  recipe("both", "out", "lib:out unit:out json:out"),
	"a+b":   recipe("a+b", "out", "three:a,b"),
	"late":  recipe("late", "out", "a+c:out"),
	"a+c":   recipe("a+c", "out", "three:a,c"),
	"three": recipe("three", "a b c", ""),
	"none":  recipe("none", "floating", "tool:out"),
}

func set(t *testing.T, roots ...string) *derivation.Set {
	t.Helper()
	var drvs []string
	for _, root := range roots {
		drvs = append(drvs, at(root+".drv"))
	}
	all, err := derivation.Load(func(path string) ([]byte, error) {
		text, ok := recipes[strings.TrimSuffix(strings.TrimPrefix(path, at("")), ".drv")]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}, drvs)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A world is a store and a cache by names. It fails the test when it is asked
// for something twice.
type world struct {
	t      *testing.T
	valid  string
	cached map[string]string // with their references
	unsure string
	rounds int
	asked  map[string]bool
}

func (w *world) Valid(_ context.Context, paths []string) (valid []string, err error) {
	w.rounds++
	for _, path := range paths {
		w.once("valid? " + path)
		if slices.Contains(strings.Fields(w.valid), strings.TrimPrefix(path, at(""))) {
			valid = append(valid, path)
		}
	}
	return valid, nil
}

func (w *world) Ask(_ context.Context, paths []string) (have map[string]workload.Narinfo, unsure []string) {
	have = map[string]workload.Narinfo{}
	for _, path := range paths {
		w.once("cached? " + path)
		name := strings.TrimPrefix(path, at(""))
		references, cached := w.cached[name]
		info := workload.Narinfo{FileSize: 1, NarSize: 10}
		for _, reference := range strings.Fields(references) {
			info.References = append(info.References, at(reference))
		}
		if cached {
			have[path] = info
		} else if slices.Contains(strings.Fields(w.unsure), name) {
			unsure = append(unsure, path)
		}
	}
	return have, unsure
}

func (w *world) once(question string) {
	if w.asked[question] {
		w.t.Errorf("asked twice: %s", question)
	}
	w.asked[question] = true
}

// work writes a Work on one line: "build 3 (one two), fetch 2, unknown 1".
func work(w workload.Work) string {
	var heavy []string
	for _, path := range w.Heavy {
		heavy = append(heavy, strings.TrimSuffix(strings.TrimPrefix(path, at("")), ".drv"))
	}
	text := fmt.Sprintf("build %d (%s), fetch %d", w.Build, strings.Join(heavy, " "), w.Fetch)
	if w.Unknown > 0 {
		text += fmt.Sprintf(", unknown %d", w.Unknown)
	}
	if w.Download != int64(w.Fetch) || w.Unpacked != int64(10*w.Fetch) {
		text += fmt.Sprintf(", %d of %d bytes", w.Download, w.Unpacked)
	}
	return text
}

// everything is a cache that has all of the two hosts but the glue.
var everything = map[string]string{"one": "one tool", "tool": "lib tool", "lib": "", "lib-dev": "lib", "two": "lib"}

var forecasts = []struct {
	name, hosts, valid, unsure string
	unasked                    string // what no cache may be asked for
	cached                     map[string]string
	off, always                bool
	want                       map[string]string
}{
	{name: "all there", hosts: "one two", valid: "one two", want: map[string]string{
		"": "build 0 (), fetch 0", "one": "build 0 (), fetch 0", "two": "build 0 (), fetch 0",
	}},
	{name: "all cached, shared once", hosts: "one two", cached: everything, want: map[string]string{
		"": "build 0 (), fetch 4", "one": "build 0 (), fetch 3", "two": "build 0 (), fetch 2",
	}},
	{name: "a reference is there", hosts: "one", valid: "lib", cached: everything, want: map[string]string{
		"": "build 0 (), fetch 2", "one": "build 0 (), fetch 2",
	}},
	{name: "nothing cached", hosts: "one two", want: map[string]string{
		"": "build 6 (lib one tool two), fetch 0", "one": "build 5 (lib one tool), fetch 0", "two": "build 3 (lib two), fetch 0",
	}},
	{name: "caches are off", hosts: "two", cached: everything, off: true, want: map[string]string{
		"": "build 3 (lib two), fetch 0", "two": "build 3 (lib two), fetch 0",
	}},
	{name: "glue is built though it is cached", hosts: "one", unasked: "unit", cached: map[string]string{"unit": "", "tool": "lib", "lib": ""}, want: map[string]string{
		"": "build 2 (one), fetch 2", "one": "build 2 (one), fetch 2",
	}},
	{name: "glue is built here, and fetched for what was built with it", hosts: "one", cached: map[string]string{"unit": "", "tool": "unit"}, want: map[string]string{
		"": "build 2 (one), fetch 2", "one": "build 2 (one), fetch 2",
	}},
	{name: "glue is fetched", hosts: "one", always: true, cached: map[string]string{"unit": "", "tool": "lib", "lib": ""}, want: map[string]string{
		"": "build 1 (one), fetch 3", "one": "build 1 (one), fetch 3",
	}},
	{name: "one output of two is cached", hosts: "two", cached: map[string]string{"lib": ""}, want: map[string]string{
		"": "build 3 (lib two), fetch 0", "two": "build 3 (lib two), fetch 0",
	}},
	{name: "no output is fetched of what is built for another", hosts: "a+b late", cached: map[string]string{"three-a": ""}, want: map[string]string{
		"": "build 4 (a+b a+c late three), fetch 0", "a+b": "build 2 (a+b three), fetch 0", "late": "build 3 (a+c late three), fetch 0",
	}},
	{name: "an output nobody wants is not asked for", hosts: "two one", cached: map[string]string{"lib": "", "lib-dev": "", "tool": ""}, want: map[string]string{
		"": "build 3 (one two), fetch 3", "one": "build 2 (one), fetch 1", "two": "build 1 (two), fetch 2",
	}},
	{name: "settings in JSON", hosts: "both", cached: map[string]string{"json": "", "lib": "", "unit": "", "tool": ""}, want: map[string]string{
		"": "build 3 (both), fetch 2", "both": "build 3 (both), fetch 2",
	}},
	{name: "output unknown before the build", hosts: "none", cached: map[string]string{"tool": ""}, want: map[string]string{
		"": "build 1 (none), fetch 1", "none": "build 1 (none), fetch 1",
	}},
	{name: "a cache does not say", hosts: "one two", unsure: "tool lib", cached: map[string]string{"lib-dev": ""}, want: map[string]string{
		"": "build 3 (one two), fetch 1, unknown 2", "one": "build 2 (one), fetch 0, unknown 1", "two": "build 1 (two), fetch 1, unknown 1",
	}},
	{name: "a reference nobody has", hosts: "two", cached: map[string]string{"two": "lost"}, want: map[string]string{
		"": "build 0 (), fetch 1, unknown 1", "two": "build 0 (), fetch 1, unknown 1",
	}},
}

func TestLook(t *testing.T) {
	for _, test := range forecasts {
		t.Run(test.name, func(t *testing.T) {
			w := world{t: t, valid: test.valid, cached: test.cached, unsure: test.unsure, asked: map[string]bool{}}
			hosts := map[string]string{}
			for _, host := range strings.Fields(test.hosts) {
				hosts[host] = at(host + ".drv")
			}
			forecast, err := workload.Look(t.Context(), workload.World{
				Derivations: set(t, slices.Collect(maps.Keys(hosts))...),
				Valid:       w.Valid, Ask: w.Ask,
				Substitute: !test.off, AlwaysSubstitute: test.always,
			}, hosts)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{"": work(forecast.All)}
			for host, one := range forecast.Hosts {
				got[host] = work(one)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			for _, name := range strings.Fields(test.unasked) {
				if w.asked["cached? "+at(name)] {
					t.Errorf("a cache is asked for %s", name)
				}
			}
			if w.rounds > 5 {
				t.Errorf("%d rounds", w.rounds)
			}
		})
	}
}

func TestLookStops(t *testing.T) {
	broken := errors.New("broken")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	w := world{t: t, asked: map[string]bool{}}
	for _, test := range []struct {
		ctx   context.Context
		valid func(context.Context, []string) ([]string, error)
		want  error
	}{
		{t.Context(), func(context.Context, []string) ([]string, error) { return nil, broken }, broken},
		{ended, w.Valid, context.Canceled},
	} {
		_, err := workload.Look(test.ctx, workload.World{Derivations: set(t, "one"), Valid: test.valid, Ask: w.Ask, Substitute: true}, map[string]string{"one": at("one.drv")})
		if !errors.Is(err, test.want) {
			t.Errorf("Look: %v, want %v", err, test.want)
		}
	}
}

func TestFits(t *testing.T) {
	const gib = 1 << 30
	for _, test := range []struct {
		work  workload.Work
		free  int64
		needs int64
		fits  bool
	}{
		{workload.Work{}, 0, 0, true},
		{workload.Work{Fetch: 1, Download: gib, Unpacked: 10 * gib}, 11 * gib, 11 * gib, true},
		{workload.Work{Fetch: 1, Unpacked: 10 * gib}, 11*gib - 1, 11 * gib, false},
		{workload.Work{Build: 1, Unpacked: 10 * gib}, 12 * gib, 13 * gib, false},
	} {
		if needs, fits := test.work.Fits(test.free); needs != test.needs || fits != test.fits {
			t.Errorf("%+v on %d bytes: needs %d, fits %v", test.work, test.free, needs, fits)
		}
	}
}
