package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
	"github.com/nixferry/nixferry/bot/workload"
)

// A scenario is a report whose renderings are golden files.
type scenario struct {
	name   string
	report Report
}

func scenarios() []scenario {
	return []scenario{
		{"mixed", mixed()},
		{"switching", switchDay()},
		{"green", fleet(8, upgraded)},
		{"red", fleet(8, broken)},
		{"nothing-changed", fleet(5, unchanged)},
		{"one", fleet(1, upgraded)},
		{"renamed", fleet(4, renamed, upgraded)},
		{"shared", shared()},
		{"forty", fleet(40, upgraded, upgraded, upgraded, unchanged, upgraded, broken, unbuilt)},
		{"two-hundred", fleet(200, upgraded, broken, unbuilt, upgraded)},
		{"relock", relock()},
		{"inputs", inputKinds()},
		{"back", back()},
		{"aged-try", agedTry()},
		{"eval", evalOnly()},
		{"no-hosts", fleet(0)},
		{"citizen", citizen()},
		{"long", long()},
		{"hostile", hostile()},
		{"quiet", quietReport()},
		{"quiet-aged", quietAged()},
		{"quiet-hostile", hostileQuiet()},
		{"quiet-blocked", blocked()},
	}
}

// crossing is a report without hosts, from nixos-25.11 to nixos-unstable.
func crossing() Report {
	old := time.Date(2026, 11, 18, 6, 12, 0, 0, time.UTC)
	young := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	return Report{
		Schema:     Schema,
		Flake:      ".",
		Channel:    Channel{Name: "nixos-unstable", From: "nixos-25.11", Date: young},
		Repository: "https://github.com/someone/fleet",
		Run:        "https://github.com/someone/fleet/actions/runs/4711",
		Depth:      "build",
		Base: Commit{
			Rev: "1111111111222222222233333333334444444444", Ref: "main",
			Nixpkgs: Locked{Input: "nixpkgs", Ref: "nixos-25.11", Rev: "9da7f1c08e1c3a1f0b1d2c3e4f5061728394a5b6", Date: old, Repository: "https://github.com/NixOS/nixpkgs"},
		},
		Head: Commit{
			Rev:     "5555555555666666666677777777778888888888",
			Nixpkgs: Locked{Input: "nixpkgs", Ref: "nixos-unstable", Rev: "b6a8526db03f735b89dd5ff348f53f752e7ddc8e", Date: young, Repository: "https://github.com/NixOS/nixpkgs"},
		},
		Edits: []flake.Edit{
			{Input: "nixpkgs", File: "flake.nix", Line: 5, Old: "github:NixOS/nixpkgs/nixos-25.11", New: "github:NixOS/nixpkgs/nixos-unstable"},
			{Input: "home-manager", File: "flake.nix", Line: 7, Old: "github:nix-community/home-manager/release-25.11", New: "github:nix-community/home-manager/master"},
		},
		Left: []flake.Left{{Input: "nixos-hardware", Why: "it follows no NixOS release"}},
		Inputs: []flake.InputChange{
			inputChange("nixpkgs", "nixos-25.11", "nixos-unstable", old, young),
			inputChange("home-manager", "release-25.11", "master", old, young),
		},
		Timings: Timings{Total: 864.2, Bump: 11.25, Evaluate: 95.5, Build: 741.1, Compare: 2.04},
	}
}

// made makes a host of a made-up fleet.
type made func(name string) Host

// fleet has n hosts, whose fates take turns.
func fleet(n int, fates ...made) Report {
	r := crossing()
	for i := range n {
		r.Hosts = append(r.Hosts, fates[i%len(fates)](fmt.Sprintf("host-%03d", i)))
	}
	if hosts := r.with(verdict.Good); len(hosts) > 0 {
		r.Causes = reasons(hosts...)
	}
	return r
}

func sides(base, head verdict.Side, host Host) Host {
	if base.Eval == verdict.OK {
		base.Out = "/nix/store/00000000000000000000000000000000-nixos-system-" + host.Name
	}
	if head.Eval == verdict.OK && head.Out == "" {
		head.Out = "/nix/store/11111111111111111111111111111111-nixos-system-" + host.Name
	}
	host.System = "x86_64-linux"
	host.Base, host.Head = Side{Side: base, Seconds: 8.25}, Side{Side: head, Seconds: 9.5}
	host.Verdict = verdict.Judge(base, head)
	return host
}

var (
	worked    = verdict.Side{Eval: verdict.OK, Build: verdict.OK}
	noBuild   = verdict.Side{Eval: verdict.OK, Build: verdict.Failed}
	noEval    = verdict.Side{Eval: verdict.Failed, Build: verdict.NotRun}
	elsewhere = verdict.Side{Eval: verdict.OK, Build: verdict.NotHere}
	starved   = verdict.Side{Eval: verdict.Inconclusive, Build: verdict.NotRun}
)

// upgraded hosts share most changes, and have a package of their own.
func upgraded(name string) Host {
	return sides(worked, worked, Host{
		Name: name,
		Closure: &closure.Delta{
			Size:    closure.Size{Before: 4 << 30, After: 4<<30 + 310<<20},
			Paths:   closure.Size{Before: 2556, After: 2561},
			Rebuilt: 812,
			Added: []closure.Item{{
				Name: "dbus-broker", Versions: closure.Versions{"37"}, Size: 640 << 10, With: 2 << 20,
				Services: []string{"dbus-broker.service", "user-dbus-broker.service"}, Why: []string{"etc", "unit-dbus-broker.service", "dbus-broker"},
			}},
			Removed: []closure.Item{{
				Name: "libfoo", Versions: closure.Versions{"1.2"}, Size: 4 << 20, With: 4 << 20, Why: []string{"system-path", "bar", "libfoo"},
			}},
			Changed: []closure.Change{
				moved("linux", "6.12.58", "6.18.3", 12<<20),
				moved("systemd", "257.10", "258.2", 3<<20),
				moved("openssl", "3.4.1", "3.6.0", -200<<10),
				moved("tool-of-"+name, "1.0", "2.0", 1<<20),
				older("nginx", "1.29.3", "1.28.0"),
				followed("requests", "2.32"), followed("idna", "3.11"), followed("certifi", "2025.1"), followed("six", "1.17"),
				moved("kate", "25.04.1", "25.08.0", 1<<20), moved("dolphin", "25.04.1", "25.08.0", 1<<20),
				moved("ark", "25.04.1", "25.08.0", 0), moved("okular", "25.04.1", "25.08.0", 0),
			},
		},
		Warnings: Warnings{New: []string{"The option `i18n.consoleFont' defined in `/etc/nixos/console.nix' has been renamed to `console.font'."}},
	})
}

// followed is a module of Python that only follows its interpreter.
func followed(name, version string) closure.Change {
	return closure.Change{
		Name: "python3.13-" + name, Was: "python3.12-" + name, Kind: closure.Upgrade,
		Before: closure.Versions{version}, After: closure.Versions{version},
	}
}

// older is a service that goes back.
func older(name, before, after string) closure.Change {
	change := moved(name, before, after, 0)
	change.Kind, change.Services = closure.Downgrade, []string{name + ".service"}
	return change
}

func moved(name, before, after string, size int64) closure.Change {
	return closure.Change{
		Name: name, Before: closure.Versions{before}, After: closure.Versions{after},
		Kind: closure.Upgrade, SizeDelta: size, Direct: name == "firefox",
	}
}

func unchanged(name string) Host {
	same := worked
	same.Out = "/nix/store/00000000000000000000000000000000-nixos-system-" + name
	return sides(worked, same, Host{Name: name, Warnings: Warnings{Kept: []string{"old news"}}})
}

// broken hosts no longer evaluate, each in a file of its own.
func broken(name string) Host {
	return sides(worked, noEval, Host{Name: name, Findings: []triage.Finding{{
		Class: triage.Assertions, Bucket: triage.Yours,
		Message: "The option definition `services.nginx.virtualHosts.<name>.http3' in `hosts/" + name + ".nix' no longer has any effect; please remove it.\nUse services.nginx.virtualHosts.<name>.quic instead.",
		File:    "hosts/" + name + ".nix", Line: 42, Column: 5,
		Option: "services.nginx.virtualHosts.<name>.http3", Replacement: "services.nginx.virtualHosts.<name>.quic",
		Next: "Replace the option in hosts/" + name + ".nix.",
	}}})
}

// unbuilt hosts all fail on the same package.
func unbuilt(name string) Host {
	return sides(worked, noBuild, Host{Name: name, Findings: []triage.Finding{{
		Class: triage.BuildFailed, Bucket: triage.Upstream, Owner: "nixpkgs",
		Message:    "Cannot build 'python3.13-foo-1.4'.\nReason: builder failed with exit code 2.",
		Derivation: "/nix/store/" + "abcdfghijklmnpqrsvwxyz0123456789" + "-python3.13-foo-1.4.drv",
		Next:       "Wait for nixpkgs, or leave the host out with hosts: '!" + name[:4] + "*'.",
		LogTail:    []string{"running phase: checkPhase", "FAILED tests/test_foo.py::test_bar - assert 1 == 2", "1 failed, 211 passed in 12.4s"},
		LogFile:    "logs/python3.13-foo-1.4.log",
	}}})
}

// renamed hosts are fine, but use an option under its former name, each in a
// file of its own.
func renamed(name string) Host {
	host := unchanged(name)
	host.Findings = []triage.Finding{{
		Class: triage.RenamedOption, Bucket: triage.Yours,
		Message: "The option `services.old' defined in `hosts/" + name + ".nix' has been renamed to `services.new'.",
		File:    "hosts/" + name + ".nix", Line: 3,
		Option: "services.old", Replacement: "services.new",
		Next: "Write services.new for services.old.",
	}}
	return host
}

// shared has two derivations that stop the same six hosts, of which one does
// not evaluate either and one uses an option under its former name.
func shared() Report {
	r := fleet(8, unbuilt, unbuilt, unbuilt, unbuilt, unbuilt, unbuilt, upgraded, unchanged)
	for i := range 6 {
		host := &r.Hosts[i]
		second := host.Findings[0]
		second.Derivation = "/nix/store/" + "abcdfghijklmnpqrsvwxyz0123456789" + "-bar-2.0.drv"
		second.Message, second.LogTail = "bar-2.0: no space left on the disk", nil
		second.Class, second.Bucket, second.Owner = triage.OutOfMemory, triage.Runner, ""
		host.Findings = append(host.Findings, second)
	}
	r.Hosts[1].Findings = append(r.Hosts[1].Findings, renamed("b").Findings...)
	r.Hosts[3].Findings = append(r.Hosts[3].Findings, triage.Finding{
		Class: triage.Alias, Bucket: triage.Gap, Owner: "you", Message: "'docker_28' has been renamed to/replaced by 'docker'",
		File: "hosts/c.nix", Line: 9, Replacement: "docker", Next: "Write docker for docker_28.",
	})
	return r
}

// mixed is the fleet of PR-EXAMPLE.md: every verdict once.
func mixed() Report {
	r := crossing()
	desk := upgraded("desk")
	desk.Closure.Changed = append(desk.Closure.Changed, moved("firefox", "144.0", "145.0.1", 9<<20))
	lab := sides(noEval, noEval, Host{Name: "lab", Findings: []triage.Finding{{
		Class: triage.Unknown, Bucket: triage.Yours, Message: "attribute 'libfoo' missing", File: "hosts/lab.nix", Line: 7,
		Next: "Look at hosts/lab.nix; it does not evaluate without the bump either.",
	}}})
	pi := sides(elsewhere, elsewhere, Host{Name: "pi", Reason: "needs aarch64-linux"})
	pi.System = "aarch64-linux"
	big := sides(starved, starved, Host{Name: "big", Reason: "ran out of memory", Findings: []triage.Finding{{
		Class: triage.OutOfMemory, Bucket: triage.Runner, Message: "evaluation was killed at 16 GiB",
		Next: "Give the runner more memory, or set eval-workers: 1.",
	}}})
	attic := sides(worked, worked, Host{Name: "attic", Reason: "held since 3 Nov"})
	attic.Verdict = verdict.Skipped
	attic.Head.Side = verdict.Side{Eval: verdict.NotRun, Build: verdict.NotRun}
	git := sides(noBuild, worked, Host{Name: "git"})
	desk.Work = &workload.Work{Build: 12, Fetch: 1340, Download: 2 << 30, Unpacked: 7 << 30, Unknown: 1}
	nas := upgraded("nas")
	nas.Work = &workload.Work{}
	r.Hosts = []Host{broken("web"), unbuilt("build"), desk, nas, unchanged("router"), pi, git, lab, big, attic}
	r.Causes = reasons("desk", "nas")
	r.Notes = []string{"flake.lock was out of step with flake.nix before the bump; both sides were evaluated with the lock as it would be."}
	return r
}

// long is one host with more to say than anybody reads.
func long() Report {
	r := fleet(1, unbuilt)
	finding := &r.Hosts[0].Findings[0]
	finding.Message = strings.Repeat("error: and then\n", 200)
	finding.LogTail = slices.Repeat([]string{strings.Repeat("compiling ", 100)}, 100)
	return r
}

func relock() Report {
	r := fleet(4, upgraded, unchanged)
	r.Channel.From = "nixos-unstable"
	r.Base.Nixpkgs.Ref = "nixos-unstable"
	r.Edits, r.Left = nil, nil
	r.Inputs = r.Inputs[:1]
	return r
}

func evalOnly() Report {
	r := fleet(3, func(name string) Host {
		host := sides(verdict.Side{Eval: verdict.OK, Build: verdict.NotRun}, verdict.Side{Eval: verdict.OK, Build: verdict.NotRun}, Host{Name: name})
		return host
	})
	r.Depth = "eval"
	return r
}

func inputChange(name, before, after string, old, young time.Time) flake.InputChange {
	commits := 0
	if name == "nixpkgs" {
		commits = 59703
	}
	return flake.InputChange{
		Name: name, Kind: flake.Moved, Commits: commits,
		Before:  flake.Point{Ref: before, Rev: "9da7f1c08e1c3a1f0b1d2c3e4f5061728394a5b6", Date: old},
		After:   flake.Point{Ref: after, Rev: "b6a8526db03f735b89dd5ff348f53f752e7ddc8e", Date: young},
		Compare: "https://github.com/NixOS/nixpkgs/compare/9da7f1c...b6a8526",
	}
}

// inputKinds is a report whose inputs change in every way there is, in two
// flakes, with an old lock.
func inputKinds() Report {
	r := fleet(1, upgraded)
	old, young := time.Date(2026, 9, 3, 12, 0, 0, 0, time.UTC), time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	r.Base.Nixpkgs.Date = old
	of := func(name string, kind flake.Kind) flake.InputChange {
		c := inputChange(name, "main", "main", old, young)
		c.Kind, c.Compare = kind, ""
		return c
	}
	added, gone := of("disko", flake.Added), of("flake-utils", flake.Removed)
	added.Before, gone.After = flake.Point{}, flake.Point{}
	follows, own := of("alias", flake.Follows), of("stylix/nixpkgs", flake.Unfollows)
	follows.After, own.Before = flake.Point{Follows: "nixpkgs"}, flake.Point{Follows: "nixpkgs"}
	elsewhere, same, backward, log := of("darwin", flake.Elsewhere), of("agenix", flake.Same), of("sops-nix", flake.Back), of("secrets", flake.Moved)
	elsewhere.Before.Repository, elsewhere.After.Repository = "https://github.com/LnL7/nix-darwin", "https://github.com/nix-darwin/nix-darwin.git"
	same.After.Rev, same.After.Date, same.After.Ref = same.Before.Rev, old, "v1.0"
	backward.Before, backward.After, backward.Behind = backward.After, backward.Before, 1204
	backward.Compare = "https://codeberg.org/o/sops-nix/compare/b6a8526...9da7f1c"
	log.Log, log.Commits = "https://git.sr.ht/~octo/secrets/log/b6a8526", 1
	plain := of("plain", flake.Moved)
	plain.Commits, plain.Before, plain.After = 12, flake.Point{Rev: plain.Before.Rev}, flake.Point{Rev: plain.After.Rev}
	nested := of("home-manager/nixpkgs", flake.Removed)
	nested.After = flake.Point{}
	r.Inputs = append(r.Inputs, added, gone, follows, own, elsewhere, same, backward, log, plain, nested)
	for i := range r.Inputs {
		r.Inputs[i].Flake = "servers"
	}
	lab := of("nixpkgs", flake.Moved)
	lab.Flake = "."
	r.Inputs = append(r.Inputs, lab)
	r.Edits[1].File = "servers/flake.nix"
	r.Left[0].Flake = "servers"
	return r.Aged(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
}

// back goes from unstable to an older release, and knows no more than dates.
func back() Report {
	r := fleet(1, upgraded)
	r.Base, r.Head = r.Head, r.Base
	r.Base.Ref, r.Base.Rev, r.Head.Rev = "main", r.Head.Rev, r.Base.Rev
	r.Channel = Channel{Name: "nixos-25.11", From: "nixos-unstable", Date: r.Head.Nixpkgs.Date}
	r.Edits, r.Left = r.Edits[:0], nil
	c := inputChange("nixpkgs", "nixos-unstable", "nixos-25.11", r.Base.Nixpkgs.Date, r.Head.Nixpkgs.Date)
	c.Kind, c.Commits, c.Behind = flake.Back, 0, 0
	r.Inputs = []flake.InputChange{c}
	return r.Aged(r.Head.Nixpkgs.Date.AddDate(0, 2, 0))
}

// agedTry is a crossing away from GitHub, with an old lock.
func agedTry() Report {
	r := fleet(1, unchanged)
	r.Repository, r.Run = "", ""
	r.OldLock = true
	return r
}
