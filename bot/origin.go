package bot

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/cache"
	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/triage"
)

// The bounds of finding out whose the failed derivations are: what remains
// unknown costs a sentence, no verdict.
const (
	maxSuspects = 20
	maxAsked    = 4 // hosts, one evaluation each
	originsTime = time.Minute
)

// origins finds out whose packages failed on a side, by derivation; source tells
// how Nix names the side's files. It fails open: a derivation that nothing is
// known of is not in the answer.
func (c *crossing) origins(ctx context.Context, s side, source triage.Source) map[string]origin {
	known := map[string]origin{}
	asked := suspects(s)
	if len(asked) == 0 {
		return known
	}
	c.progress.step("finding out whose packages failed")
	ctx, cancel := context.WithTimeout(ctx, originsTime)
	defer cancel()
	for _, q := range asked {
		found, err := c.nix.Origins(ctx, c.commitRef(s.rev, q.host.dir), q.host.attr, q.host.facts.Drv, q.drvs)
		if err != nil {
			c.progress.line("%v", err)
		}
		if len(found) == 0 {
			continue
		}
		from := newSetting(source, c.lockAt(s.rev, q.host.dir), q.host)
		for _, o := range found {
			known[o.Drv] = origin{Origin: o, setting: from}
		}
	}
	c.cached(ctx, known)
	return known
}

// A suspicion is which derivations to ask about at which host.
type suspicion struct {
	host *host
	drvs []string
}

// suspects picks the derivations whose failure somebody's code is at fault
// for, each once, at the first host it stops.
func suspects(s side) (asked []suspicion) {
	seen := map[string]bool{}
	for _, h := range s.sorted() {
		q := suspicion{host: h}
		for _, f := range h.stopped {
			if !seen[f.Drv] && len(seen) < maxSuspects && blamable(f) {
				seen[f.Drv] = true
				q.drvs = append(q.drvs, f.Drv)
			}
		}
		if len(q.drvs) > 0 && len(asked) < maxAsked {
			asked = append(asked, q)
		}
	}
	return asked
}

func blamable(f nixlog.Failure) bool {
	return !f.Reason.Resources() && f.Reason != nixlog.Lacking && f.Reason != nixlog.Dependency &&
		!nix.NixosMade(triage.Name(f.Drv))
}

// A setting is what the origin of a host's derivations is read by.
type setting struct {
	source triage.Source
	// nixpkgs is the input the host is made from, branch its branch; "" where
	// the lock pins no such nixpkgs.
	nixpkgs string
	branch  channel.Branch
	system  string
}

// newSetting looks the host's nixpkgs up in the lock of its flake.
func newSetting(source triage.Source, lock flake.Lock, h *host) setting {
	from := setting{source: source, system: h.facts.Builder}
	from.nixpkgs, _ = flake.SystemInput(lock, h.facts.PkgsPath)
	if label, ok := lock.Find(strings.Split(from.nixpkgs, "/")...); ok {
		from.branch, _ = channel.ParseBranch(lock.Nodes[label].Original.Ref)
	}
	return from
}

// cached asks NixOS' public cache for what plain nixpkgs has, where Nix asks
// that cache as well and the run is one on GitHub.
func (c *crossing) cached(ctx context.Context, known map[string]origin) {
	var paths []string
	for _, o := range known {
		if o.Plain && len(o.Outs) > 0 && !slices.Contains(paths, o.Outs[0]) {
			paths = append(paths, o.Outs[0])
		}
	}
	if len(paths) == 0 || c.repository == "" {
		return
	}
	if how, err := c.substitution(ctx); err != nil || !cache.In(how.Caches) {
		return
	}
	slices.Sort(paths)
	has := cache.Has(ctx, "https://"+cache.Host, paths)
	for drv, o := range known {
		if len(o.Outs) == 0 {
			continue
		}
		if there, ok := has[o.Outs[0]]; ok {
			o.cached = map[bool]string{true: "yes", false: "no"}[there]
			known[drv] = o
		}
	}
}

// An origin is whose a failed derivation is.
type origin struct {
	nix.Origin
	setting
	// cached is "yes" or "no" where the public cache answered.
	cached string
}

// tell adds to a finding whose package it is about, where in the owner's files
// that is decided, and what to do. What the log says of the machine stays.
func (o origin) tell(f triage.Finding) triage.Finding {
	was := f
	if o.Plain {
		f = o.tellPlain(f)
	} else {
		f = o.tellChanged(f)
	}
	if was.Bucket == triage.Runner {
		f.Bucket, f.Next = was.Bucket, was.Next
	}
	return f
}

// attribute says of findings about a derivation whose package it is.
func attribute(findings []triage.Finding, origins map[string]origin) {
	for i, f := range findings {
		if o, ok := origins[f.Derivation]; ok {
			findings[i] = o.tell(f)
			findings[i].Links = o.links()
		}
	}
}

// links lead to what others know of a package of nixpkgs.
func (o origin) links() triage.Links {
	if !o.Plain || o.nixpkgs == "" || len(o.Attr) == 0 {
		return triage.Links{}
	}
	links := triage.Links{Package: o.name(), Search: triage.SearchIssues(o.Attr[len(o.Attr)-1]), Cached: o.cached}
	if o.Hydra {
		links.Hydra = triage.HydraJob(o.branch, o.Attr, o.system)
	}
	return links
}

// name is how the package is called.
func (o origin) name() string {
	return cmp.Or(strings.Join(o.Attr, "."), triage.Name(o.Of))
}

func (o origin) tellPlain(f triage.Finding) triage.Finding {
	f.Bucket, f.Owner = triage.Upstream, o.nixpkgs
	subject := "This is plain nixpkgs' " + o.name()
	if o.Of != o.Drv {
		subject = "This is part of plain nixpkgs' " + o.name()
	}
	switch {
	case o.nixpkgs == "":
		f.Bucket = ""
		f.Next = subject + ", but of a nixpkgs that flake.lock does not pin: if you patch nixpkgs, try without."
	case o.cached == "yes":
		f.Bucket = triage.Runner
		f.Next = subject + ", and " + cache.Host + " has it: it builds elsewhere, so look at this runner's substituters, disk, memory and sandbox."
	case !o.Hydra:
		f.Next = subject + ", which Hydra does not build, so that few notice when it breaks: look for an issue, and do without it or stay on the revision before until it is fixed."
	case o.cached == "no":
		f.Next = subject + ", and " + cache.Host + " does not have it: it fails on Hydra as well, or was not built there yet. See its Hydra job, and wait for the channel to move on."
	default:
		f.Next = subject + ", nothing of yours changes it: see whether its Hydra job fails as well, and wait for the channel to move on."
	}
	return f
}

func (o origin) tellChanged(f triage.Finding) triage.Finding {
	elsewhere := o.Defined != nix.Position{}
	switch {
	case elsewhere && o.PlainDrv == "":
		return o.tellOwn(f, o.Defined)
	case elsewhere:
		return o.blame(f, o.Defined, "changes nixpkgs' "+o.name())
	case o.Config:
		f.Bucket, f.Owner = triage.Yours, triage.You
		f.Next = "Your nixpkgs.config makes " + o.name() + " other than plain nixpkgs': nobody else builds it like that, so try without the setting."
	case len(o.Through) > 0:
		first := o.Through[0]
		for _, t := range o.Through {
			if _, owner := o.source.Whose(t.Defined.File); owner == triage.You {
				first = t
				break
			}
		}
		return o.blame(f, first.Defined, "changes "+first.Attr+", which "+o.name()+" is built from")
	case o.Listed != "":
		return o.tellOwn(f, nix.Position{File: o.Listed})
	}
	return f
}

// blame says that what stands at a position makes the difference.
func (o origin) blame(f triage.Finding, at nix.Position, does string) triage.Finding {
	rel, owner := o.source.Whose(at.File)
	switch owner {
	case "":
		f.Next = "Something other than nixpkgs " + does + ": try without it."
	case triage.You:
		f.Bucket, f.Owner = triage.Yours, owner
		f.File, f.Line, f.Column = rel, at.Line, at.Column
		f.Next = "This " + does + ": adapt it to the new nixpkgs, or try without it."
	default:
		f.Bucket, f.Owner = triage.Upstream, owner
		f.Next = "The input " + owner + " " + does + ": update it, or leave out its overlay."
	}
	return f
}

// tellOwn is about a package that plain nixpkgs does not have: at is where the
// host gets it from, which counts where the package itself is not of the
// owner's files.
func (o origin) tellOwn(f triage.Finding, at nix.Position) triage.Finding {
	colon := max(strings.LastIndexByte(o.Written, ':'), 0)
	rel, owner := o.source.Whose(o.Written[:colon])
	switch {
	case owner == triage.You:
		f.Bucket, f.Owner, f.File, f.Column = triage.Yours, owner, rel, 0
		f.Line, _ = strconv.Atoi(o.Written[colon+1:])
		f.Next = "This is your own package " + o.name() + ": make it build with the new nixpkgs."
		return f
	case owner != "" && owner != o.nixpkgs:
		f.Bucket, f.Owner = triage.Upstream, owner
		f.Next = "This is " + o.name() + " of the input " + owner + ": update that input, or report it there."
		return f
	}
	return o.blame(f, at, "brings in a "+o.name()+" that differs from plain nixpkgs'")
}
