package flake

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// A flakeRef is a flake reference taken apart, in whatever form it was written.
// The forms: https://nix.dev/manual/nix/latest/command-ref/new-cli/nix3-flake#flake-references.
type flakeRef struct {
	// Type is github, gitlab, sourcehut, git, indirect, path, flakehub,
	// channel (a tarball of channels.nixos.org), archive (a tarball a forge
	// makes of a branch) or, for all others, tarball.
	Type string
	// Host is where the repository lives; empty for local ones.
	Host string
	// Owner and Repo name the repository, as written; of an indirect
	// reference Repo is the name in the registry.
	Owner, Repo string
	// Ref is the branch or tag, without refs/heads/; of flakehub it is the
	// version, of channel the channel.
	Ref string
	// Rev is the full revision it is pinned to.
	Rev string
	// Dir is the directory of the flake inside the tree.
	Dir string

	text string
	// slot is where in text the path names the ref or revision.
	slot span
	// inQuery is set when the query has a ref or rev, if an empty one.
	inQuery bool
}

type span struct{ start, end int }

func (s span) empty() bool { return s == span{} }

var (
	flakeID  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]*$`)
	plainRef = regexp.MustCompile(`^[a-zA-Z0-9@][a-zA-Z0-9_.@+-]*(?:/[a-zA-Z0-9_.@+-]+)*$`)
)

// parseRef takes a flake reference apart. What it does not know in detail gets
// a Type and no more; an error means that it is no flake reference at all.
func parseRef(text string) (flakeRef, error) {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
		return flakeRef{}, fmt.Errorf("reading the flake reference %q: it is empty or holds blanks or a fragment", text)
	}
	head, query, _ := strings.Cut(text, "?")
	ref := flakeRef{text: text}
	scheme, _, ok := strings.Cut(head, ":")
	switch {
	case !ok && flakeID.MatchString(strings.SplitN(head, "/", 2)[0]):
		ref.readIndirect(head, 0)
	case !ok || strings.ContainsAny(scheme, "/."):
		ref.Type, ref.Repo = "path", path.Base(head)
	default:
		if err := ref.readScheme(scheme, head); err != nil {
			return flakeRef{}, err
		}
	}
	if err := ref.readQuery(query); err != nil {
		return flakeRef{}, err
	}
	return ref, nil
}

func (r *flakeRef) readScheme(scheme, head string) error {
	start := len(scheme) + 1
	transport, isGit := strings.CutPrefix(scheme, "git+")
	switch {
	case scheme == "github", scheme == "gitlab", scheme == "sourcehut":
		return r.readForge(scheme, head, start)
	case scheme == "flake":
		r.readIndirect(head, start)
	case scheme == "path":
		r.Type, r.Repo = "path", path.Base(head[start:])
	case isGit, scheme == "git":
		r.Type = "git"
		r.readRepository(transport, head[start:])
	default:
		r.readTarball(head)
	}
	return nil
}

// readIndirect reads id[/ref[/rev]] from head[start:].
func (r *flakeRef) readIndirect(head string, start int) {
	r.Type = "indirect"
	id, rest, found := strings.Cut(head[start:], "/")
	r.Repo = id
	if !found {
		return
	}
	r.slot = span{start + len(id) + 1, len(head)}
	r.setRef(rest)
	if i := strings.LastIndexByte(rest, '/'); i >= 0 && channel.IsRev(rest[i+1:]) {
		r.Ref, r.Rev = rest[:i], rest[i+1:]
	}
}

// readForge reads owner/repo[/ref] from head[start:]; empty segments do not
// count, as in Nix.
func (r *flakeRef) readForge(scheme, head string, start int) error {
	r.Type = scheme
	r.Host = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}[scheme]
	var segments []span
	for i := start; i < len(head); i++ {
		if head[i] == '/' {
			continue
		}
		end := i
		for end < len(head) && head[end] != '/' {
			end++
		}
		segments = append(segments, span{i, end})
		i = end
	}
	if len(segments) < 2 {
		return fmt.Errorf("reading the flake reference %q: it wants %s:<owner>/<repository>", r.text, scheme)
	}
	r.Owner = unescape(head[segments[0].start:segments[0].end])
	r.Repo = unescape(head[segments[1].start:segments[1].end])
	if len(segments) > 2 {
		r.slot = span{segments[2].start, segments[len(segments)-1].end}
		r.setRef(unescape(head[r.slot.start:r.slot.end]))
	}
	return nil
}

// readRepository reads the host, owner and name of a git URL's repository.
func (r *flakeRef) readRepository(transport, rest string) {
	location, hasHost := strings.CutPrefix(rest, "//")
	if hasHost && transport != "file" {
		var authority string
		authority, location, _ = strings.Cut(location, "/")
		r.Host = strings.ToLower(authority[strings.LastIndexByte(authority, '@')+1:])
	}
	location = strings.TrimSuffix(strings.TrimRight(unescape(location), "/"), ".git")
	owner, repo := path.Split(location)
	r.Repo = repo
	if r.Host != "" {
		r.Owner = strings.Trim(owner, "/")
	}
}

var (
	hubPath     = regexp.MustCompile(`^https://(?:api\.)?flakehub\.com/f/([^/]+)/([^/]+)/([^/]+?)(?:\.tar\.gz)?$`)
	channelPath = regexp.MustCompile(`^(?:tarball\+)?https?://(?:channels\.nixos\.org|(?:www\.)?nixos\.org/channels)/([^/]+)(?:/nixexprs\.tar\.(?:xz|gz|bz2|zst))?$`)
	archivePath = regexp.MustCompile(`^(?:tarball\+)?https?://([^/]+)/([^/]+)/([^/]+)/(?:archive|tarball|zipball)/(.+?)(?:\.tar\.(?:gz|xz|bz2|zst)|\.tgz|\.zip)?$`)
)

func (r *flakeRef) readTarball(head string) {
	if m := hubPath.FindStringSubmatchIndex(head); m != nil {
		r.Type, r.Host, r.Owner, r.Repo = "flakehub", "flakehub.com", head[m[2]:m[3]], head[m[4]:m[5]]
		r.slot = span{m[6], m[7]}
		r.Ref = unescape(head[m[6]:m[7]])
		return
	}
	if m := channelPath.FindStringSubmatchIndex(head); m != nil {
		r.Type, r.Host, r.Owner, r.Repo = "channel", "channels.nixos.org", "NixOS", "nixpkgs"
		r.slot = span{m[2], m[3]}
		r.Ref = head[m[2]:m[3]]
		return
	}
	if m := archivePath.FindStringSubmatchIndex(head); m != nil {
		r.Type, r.Host, r.Owner, r.Repo = "archive", strings.ToLower(head[m[2]:m[3]]), head[m[4]:m[5]], head[m[6]:m[7]]
		r.slot = span{m[8], m[9]}
		r.setRef(head[m[8]:m[9]])
		return
	}
	r.Type = "tarball"
	if address, err := url.Parse(head); err == nil {
		r.Host = strings.ToLower(address.Host)
		r.Repo = strings.SplitN(path.Base(address.Path), ".", 2)[0]
	}
}

func (r *flakeRef) readQuery(query string) error {
	for _, param := range strings.Split(query, "&") {
		key, value, _ := strings.Cut(param, "=")
		value = unescape(value)
		if (key == "ref" || key == "rev") && !r.slot.empty() {
			return fmt.Errorf("reading the flake reference %q: it names a branch or revision twice", r.text)
		}
		r.inQuery = r.inQuery || key == "ref" || key == "rev"
		switch key {
		case "ref":
			rev := r.Rev
			r.setRef(value)
			if rev != "" {
				r.Rev = rev
			}
		case "rev":
			r.Rev = value
		case "dir":
			r.Dir = value
		case "host":
			r.Host = strings.ToLower(value)
		}
	}
	return nil
}

// shortRev is what nobody calls a branch: forges resolve it as a shortened
// commit id.
var shortRev = regexp.MustCompile(`^[0-9a-f]{7,39}$`)

func isRevision(ref string) bool {
	return channel.IsRev(ref) || shortRev.MatchString(ref) && strings.ContainsAny(ref, "abcdef") && strings.ContainsAny(ref, "0123456789")
}

// setRef takes what stands where a ref goes; Nix reads a full commit id there
// as a revision, and a forge a shortened one.
func (r *flakeRef) setRef(ref string) {
	if isRevision(ref) {
		r.Ref, r.Rev = "", ref
		return
	}
	_, r.Ref = cutRefPrefix(ref)
}

// cutRefPrefix splits refs/heads/ or refs/tags/ from a ref.
func cutRefPrefix(ref string) (prefix, name string) {
	for _, prefix := range []string{"refs/heads/", "refs/tags/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			return prefix, name
		}
	}
	return "", ref
}

// unescape resolves percent-encoding; what is none stays as it is.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
