package triage

import (
	"fmt"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// inputs are errors about the flake and its lock that [nixlog.Message.Fault]
// has no name for.
// https://github.com/NixOS/nix/blob/2.34.0/src/libflake/flake.cc
var inputs = []rule{
	{
		class: FlakeBad, bucket: Yours, sign: on(`is not part of a flake \(neither`),
		next: "Run this in a directory that holds a flake.nix, or name one.",
	},
	{
		class: FlakeBad, bucket: Yours, sign: on(`flake\.nix' must be an attribute set`),
		next: "Make flake.nix a set written out, { inputs = …; outputs = …; }: it may not be computed.",
	},
	{
		class: FlakeBad, bucket: Yours, sign: on(`^flake '[^']*' has an unsupported attribute '(?P<name>[^']+)'`),
		next: "Remove ${name} from the top level of flake.nix; it belongs into outputs or let.",
	},
	{
		class: FlakeBad, bucket: Yours, sign: on(`^flake '[^']*' lacks attribute 'outputs'|^flake input '[^']*' |^flake input has |^unsupported flake input attribute|^input '[^']+' follows a non-existent input|^'[^']*' is not a valid URL|^'[^']*' is not a flake|^invalid flake|^cannot find flake 'flake:(?P<name>[^']+)' in the flake registries`),
		next: "Correct this input or attribute in flake.nix.",
	},
	{
		class: NoAttr, bucket: Yours, sign: on(`^flake '[^']*' does not provide attribute .*nixosConfigurations\.(?P<name>[^']+?)(?:\.config[^']*)?'`),
		next: "Check the name: `nix flake show` lists what the flake has, and a host name with dots needs quotes inside the attribute path.",
	},
	{
		class: NoAttr, bucket: Yours, sign: on(`^flake '[^']*' does not provide attribute `),
		next: "Check the name: `nix flake show` lists what the flake has.",
	},
	{
		class: LockStale, bucket: Yours, sign: on(`requires lock file changes but they're not allowed`),
		next: "Run `nix flake lock` and commit flake.lock: it does not fit the inputs of flake.nix.",
	},
	{
		class: LockStale, bucket: Yours, sign: on(`^cannot (?:write|update) (?:modified )?lock file of flake`),
		next: "Run `nix flake lock` where flake.nix can be written, and commit flake.lock.",
	},
	{
		class: GitOwnership, bucket: Runner, sign: on(`is not owned by current user|detected dubious ownership`),
		next: "Give the checkout to the user that runs Nix, or `git config --global --add safe.directory DIR` for that user.",
	},
	{
		class: FileMissing, bucket: Yours, sign: on(`^getting status of '[^']*': No such file or directory`),
		next: "Check the path: it is not on this machine.",
	},
}

// faults are the classes and advice for what [nixlog.Message.Fault] tells
// apart.
var faults = map[nixlog.Fault]rule{
	nixlog.NotFound: {
		class: Fetch, bucket: Gap,
		next: "Check the input's URL, branch or revision: it is gone, renamed, or private and the token may not read it.",
	},
	nixlog.RateLimited: {
		class: Fetch, bucket: Runner,
		next: "Run again later, or set access-tokens so that the server counts these requests for your account.",
	},
	nixlog.Unauthorized: {
		class: Fetch, bucket: Yours,
		next: "Set access-tokens (or a netrc file) with a token that may read this input, and look whether it expired.",
	},
	nixlog.Unavailable: {class: Fetch, bucket: Runner, next: "Run again: the server was in trouble."},
	nixlog.Unreachable: {class: Fetch, bucket: Runner, next: "Check network, DNS and proxy of this machine, then run again."},
	nixlog.Unfetched:   {class: Fetch, bucket: Runner, next: "Try the URL by hand on this machine: certificates, proxy and git have to work for the user that runs Nix."},
	nixlog.BadHash: {
		class: HashMismatchInput, bucket: Gap,
		next: "Find out why the source changed under its locked revision, then relock this input with `nix flake update`.",
	},
	nixlog.NewLock:   {class: LockBad, bucket: Runner, next: "Use a newer Nix: this one cannot read flake.lock."},
	nixlog.LooseLock: {class: LockBad, bucket: Yours, next: "Relock the input that flake.lock does not pin: `nix flake lock`."},
	nixlog.BadLock:   {class: LockBad, bucket: Yours, next: "Settle the merge conflict in flake.lock, or restore it from git, and run `nix flake lock`."},
}

// fetching is the finding for an input that could not be had.
func fetching(fault nixlog.Fault, p problem) Finding {
	r := faults[fault]
	f := r.apply(p, map[string]string{"next": r.next})
	if input := p.Input(); input != "" {
		f.Owner = input
		f.Next = fmt.Sprintf("Input %s: %s", input, f.Next)
	}
	switch {
	case r.class == LockBad:
		f.File, f.Line, f.Column, f.Owner = "flake.lock", 0, 0, You
	case f.File == "" && r.class == Fetch && f.Owner != "":
		f.File = "flake.nix"
	}
	return f
}
