package bot

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

const (
	ownTree   = "/nix/store/00000000000000000000000000000001-source/"
	otherTree = "/nix/store/00000000000000000000000000000002-source/"
	pkgsTree  = "/nix/store/00000000000000000000000000000003-source/"
	jqDrv     = "/nix/store/00000000000000000000000000000009-jq-1.7.drv"
	srcDrv    = "/nix/store/00000000000000000000000000000008-jq-1.7.tar.gz.drv"
)

func sampleSetting() setting {
	branch, _ := channel.ParseBranch("nixos-unstable")
	return setting{
		source: triage.Source{Store: strings.TrimSuffix(ownTree, "/"), Inputs: []triage.Input{
			{Name: "rust-overlay", Hash: "00000000000000000000000000000002"},
			{Name: "nixpkgs", Hash: "00000000000000000000000000000003"},
		}},
		nixpkgs: "nixpkgs", branch: branch, system: "x86_64-linux",
	}
}

// jqOrigin is jq of plain nixpkgs with a change.
func jqOrigin(change func(*origin)) origin {
	jq := nix.Origin{Drv: jqDrv, Of: jqDrv, Attr: []string{"jq"}, PlainDrv: "/nix/store/x.drv", Written: pkgsTree + "pkgs/jq.nix:5"}
	o := origin{Origin: jq, setting: sampleSetting()}
	change(&o)
	return o
}

var jqOverlay = nix.Position{File: ownTree + "overlays/a.nix", Line: 4, Column: 3}

var tellCases = map[string]struct {
	origin origin
	want   triage.Finding
	next   string
}{
	"plain": {
		jqOrigin(func(o *origin) { o.Plain, o.Hydra = true, true }),
		triage.Finding{Bucket: triage.Upstream, Owner: "nixpkgs"},
		"This is plain nixpkgs' jq, nothing of yours",
	},
	"plain source": {
		jqOrigin(func(o *origin) { o.Plain, o.Hydra, o.Drv = true, true, srcDrv }),
		triage.Finding{Bucket: triage.Upstream, Owner: "nixpkgs"},
		"This is part of plain nixpkgs' jq, nothing",
	},
	"plain, cached": {
		jqOrigin(func(o *origin) { o.Plain, o.Hydra, o.cached = true, true, "yes" }),
		triage.Finding{Bucket: triage.Runner, Owner: "nixpkgs"},
		"This is plain nixpkgs' jq, and cache.nixos.org has it: it builds elsewhere",
	},
	"plain, not cached": {
		jqOrigin(func(o *origin) { o.Plain, o.Hydra, o.cached = true, true, "no" }),
		triage.Finding{Bucket: triage.Upstream, Owner: "nixpkgs"},
		"This is plain nixpkgs' jq, and cache.nixos.org does not have it: it fails on Hydra",
	},
	"plain, unfree": {
		jqOrigin(func(o *origin) { o.Plain, o.cached = true, "no" }),
		triage.Finding{Bucket: triage.Upstream, Owner: "nixpkgs"},
		"This is plain nixpkgs' jq, which Hydra does not build",
	},
	"patched nixpkgs": {
		jqOrigin(func(o *origin) { o.Plain, o.nixpkgs = true, "" }),
		triage.Finding{},
		"This is plain nixpkgs' jq, but of a nixpkgs that flake.lock does not pin",
	},
	"overlay": {
		jqOrigin(func(o *origin) { o.Defined = jqOverlay }),
		triage.Finding{Bucket: triage.Yours, Owner: triage.You, File: "overlays/a.nix", Line: 4, Column: 3},
		"This changes nixpkgs' jq: adapt it",
	},
	"overlay of an input": {
		jqOrigin(func(o *origin) { o.Defined.File = otherTree + "default.nix" }),
		triage.Finding{Bucket: triage.Upstream, Owner: "rust-overlay"},
		"The input rust-overlay changes nixpkgs' jq: update it",
	},
	"overlay of nobody": {
		jqOrigin(func(o *origin) { o.Defined.File = "/nix/store/x" }),
		triage.Finding{},
		"Something other than nixpkgs changes nixpkgs' jq",
	},
	"config": {
		jqOrigin(func(o *origin) { o.Config = true }),
		triage.Finding{Bucket: triage.Yours, Owner: triage.You},
		"Your nixpkgs.config makes jq other",
	},
	"through": {
		jqOrigin(func(o *origin) {
			o.Through = []nix.Overlaid{{Attr: "y", Defined: nix.Position{File: otherTree + "y.nix"}}, {Attr: "zlib", Defined: jqOverlay}}
		}),
		triage.Finding{Bucket: triage.Yours, Owner: triage.You, File: "overlays/a.nix", Line: 4, Column: 3},
		"This changes zlib, which jq is built from:",
	},
	"own package": {
		jqOrigin(func(o *origin) { o.PlainDrv, o.Defined, o.Written = "", jqOverlay, ownTree+"pkgs/jq.nix:7" }),
		triage.Finding{Bucket: triage.Yours, Owner: triage.You, File: "pkgs/jq.nix", Line: 7},
		"This is your own package jq:",
	},
	"an input's package": {
		jqOrigin(func(o *origin) { o.PlainDrv, o.Defined, o.Written = "", jqOverlay, otherTree+"jq.nix:7" }),
		triage.Finding{Bucket: triage.Upstream, Owner: "rust-overlay"},
		"This is jq of the input rust-overlay:",
	},
	"changed in a list": {
		jqOrigin(func(o *origin) { o.PlainDrv, o.Attr, o.Listed = "", nil, ownTree+"hosts/web.nix" }),
		triage.Finding{Bucket: triage.Yours, Owner: triage.You, File: "hosts/web.nix"},
		"This brings in a jq-1.7 that differs from plain",
	},
	"no idea": {jqOrigin(func(*origin) {}), triage.Finding{}, ""},
}

func TestTell(t *testing.T) {
	for name, test := range tellCases {
		got := test.origin.tell(triage.Finding{})
		if next := got.Next; !strings.HasPrefix(next, test.next) || test.next == "" && next != "" {
			t.Errorf("%s: next is %q, want %q…", name, next, test.next)
		}
		got.Next = ""
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
		}
	}
	told := jqOrigin(func(o *origin) { o.Plain = true }).tell(triage.Finding{Bucket: triage.Runner, Next: "more memory"})
	if told.Bucket != triage.Runner || told.Next != "more memory" || told.Owner != "nixpkgs" {
		t.Errorf("a log that speaks of the machine: %+v", told)
	}
}

func TestLinks(t *testing.T) {
	o := origin{Origin: nix.Origin{Attr: []string{"xorg", "xauth"}, Plain: true, Hydra: true}, setting: sampleSetting(), cached: "no"}
	want := triage.Links{
		Package: "xorg.xauth", Cached: "no",
		Hydra:  "https://hydra.nixos.org/job/nixos/unstable/nixpkgs.xorg.xauth.x86_64-linux",
		Search: "https://github.com/NixOS/nixpkgs/issues?q=is%3Aissue+in%3Atitle+xauth",
	}
	if diff := cmp.Diff(want, o.links()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	o.Hydra, want.Hydra = false, ""
	if diff := cmp.Diff(want, o.links()); diff != "" {
		t.Errorf("what Hydra does not build: mismatch (-want +got):\n%s", diff)
	}
	o.Plain = false
	if got := o.links(); got != (triage.Links{}) {
		t.Errorf("what is not nixpkgs' own: %+v", got)
	}
}

func TestSuspects(t *testing.T) {
	drv := func(name string) nixlog.Failure {
		return nixlog.Failure{Drv: "/nix/store/00000000000000000000000000000000-" + name + ".drv", Reason: nixlog.Builder}
	}
	starved := drv("big-1")
	starved.Reason = nixlog.DiskFull
	var many []nixlog.Failure
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		many = append(many, drv(string(c)+"-2"))
	}
	s := side{hosts: map[string]*host{
		"a": {name: "a", stopped: []nixlog.Failure{drv("x-1"), drv("nginx.conf"), starved}},
		"b": {name: "b", stopped: []nixlog.Failure{drv("x-1"), drv("y-1")}},
		"c": {name: "c", stopped: []nixlog.Failure{drv("x-1")}},
		"d": {name: "d", stopped: many},
	}}
	var got []string
	for _, q := range suspects(s) {
		names := q.host.name + ":"
		for _, drv := range q.drvs {
			names += " " + triage.Name(drv)
		}
		got = append(got, names)
	}
	want := []string{"a: x-1", "b: y-1", "d: a-2 b-2 c-2 d-2 e-2 f-2 g-2 h-2 i-2 j-2 k-2 l-2 m-2 n-2 o-2 p-2 q-2 r-2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestOrigins asks the sample fleet, with an overlay, about derivations of one
// of its hosts as if they had failed.
func TestOrigins(t *testing.T) {
	t.Setenv("NIX_CONFIG", os.Getenv("NIX_CONFIG")+"\nsubstitute = false")
	world, err := sample.Lay(t.Context(), t.TempDir(), sample.Options{Files: os.DirFS("../testdata")})
	if err != nil {
		t.Fatal(err)
	}
	rev, err := sample.Commit(t.Context(), world.Fleet, "main", map[string]string{
		"overlay.nix": "final: prev: {\n  htop = prev.stdenv.mkDerivation { pname = \"htop\"; inherit (prev.htop) version; script = \"exit 1\"; };\n}\n",
		"hosts/lab.nix": `{ pkgs, ... }: {
			imports = [ ../modules/server.nix ];
			nixpkgs.overlays = [ (import ../overlay.nix) ];
			environment.systemPackages = [ pkgs.htop pkgs.git ];
			system.stateVersion = "25.11";
		}`,
	}, "an overlay")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "-q", world.Fleet, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w := World{Env: os.Environ(), Stderr: new(strings.Builder)}
	c := crossing{world: w, progress: newProgress(w), repository: "https://github.com/octo/fleet"}
	if c.repo, err = repo.Open(dir); err != nil {
		t.Fatal(err)
	}
	if c.nix, err = nix.Open(t.Context(), nix.Options{Env: w.Env}); err != nil {
		t.Fatal(err)
	}
	lab := &host{name: "lab", dir: ".", attr: "lab"}
	if lab.facts, err = c.nix.Probe(t.Context(), c.commitRef(rev, "."), "lab"); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "nix-store", "--query", "--requisites", lab.facts.Drv).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		if pname, _, _ := strings.Cut(triage.Name(path), "-"); strings.HasSuffix(path, ".drv") && (pname == "htop" || pname == "git") {
			lab.stopped = append(lab.stopped, nixlog.Failure{Drv: path, Reason: nixlog.Builder})
		}
	}
	got := map[string]triage.Finding{}
	head := side{name: "head", rev: rev, hosts: map[string]*host{"lab": lab}}
	for drv, o := range c.origins(t.Context(), head, c.sources(t.Context(), head)["head"]) {
		pname, _, _ := strings.Cut(triage.Name(drv), "-")
		f := o.tell(triage.Finding{})
		f.Next = o.links().Hydra
		got[pname] = f
	}
	want := map[string]triage.Finding{
		"git":  {Bucket: triage.Upstream, Owner: "nixpkgs", Next: "https://hydra.nixos.org/job/nixos/release-25.11/nixpkgs.git.x86_64-linux"},
		"htop": {Bucket: triage.Yours, Owner: triage.You, File: "overlay.nix", Line: 2, Column: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s\n%s", diff, w.Stderr)
	}
}
