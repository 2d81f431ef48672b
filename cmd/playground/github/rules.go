package github

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A refUpdate is one line of what a push asks for.
type refUpdate struct{ old, new, ref string }

// noObject is how git writes that a ref is not there, before or after.
var noObject = strings.Repeat("0", len(emptyTree))

// A breach is one rule that an update of a ref breaks, in GitHub's words.
type breach struct {
	// classic rules are of branch protection, the others of rulesets.
	classic bool
	text    string
	// commits are those at fault, when it is not the update as a whole.
	commits []string
}

// breaches lists what stands against an update. Env is where git finds objects
// that the repository does not have yet.
func (r *repository) breaches(u refUpdate, env []string) (found []breach, err error) {
	branch, ok := strings.CutPrefix(u.ref, "refs/heads/")
	if !ok {
		return nil, nil
	}
	rules := r.settings
	broken := func(rule []string, text string, commits ...string) {
		if governs(rule, branch) {
			found = append(found, breach{rules.ClassicRules, text, commits})
		}
	}
	if slices.Contains(rules.Protected, branch) {
		found = append(found, breach{true, "Changes must be made through a pull request.", nil})
	}
	switch {
	case u.new == noObject:
		return found, nil
	case u.old == noObject:
		broken(rules.NoCreation, "Cannot create ref due to creations being restricted.")
	default:
		broken(rules.NoUpdate, "Cannot update this protected ref.")
		if governs(rules.NoForcePush, branch) && r.forced(u, env) {
			broken(rules.NoForcePush, "Cannot force-push to this branch")
		}
	}
	if !governs(rules.RequireSignatures, branch) {
		return found, nil
	}
	unverified, err := r.unverified(u.new, env)
	if len(unverified) > 0 {
		broken(rules.RequireSignatures, "Commits must have verified signatures.", unverified...)
	}
	return found, err
}

// governs tells whether a rule is for a branch.
func governs(rule []string, branch string) bool {
	return slices.ContainsFunc(rule, func(pattern string) bool {
		fits, _ := path.Match(pattern, branch)
		return fits || pattern == "~ALL"
	})
}

// forced tells whether an update loses commits. One whose old end is unknown
// here is stale, and git itself will refuse it.
func (r *repository) forced(u refUpdate, env []string) bool {
	_, err := r.run(gitCommand{args: []string{"merge-base", "--is-ancestor", u.old, u.new}, env: env})
	return exitCode(err) == 1
}

// unverified are the commits that no ref reaches yet and whose signature GitHub
// would not vouch for.
func (r *repository) unverified(sha string, env []string) ([]string, error) {
	commits, err := r.readCommits(env, sha, "--not", "--all")
	var found []string
	for _, c := range commits {
		if r.server.keys.judge(c) != "valid" {
			found = append(found, c.sha)
		}
	}
	return found, err
}

// mayMove refuses an update of a ref in the words the API has for it.
// https://docs.github.com/rest/git/refs#update-a-reference
func (r *repository) mayMove(u refUpdate) error {
	found, err := r.breaches(u, nil)
	if err != nil || len(found) == 0 {
		return err
	}
	var texts []string
	for _, b := range found {
		texts = append(texts, b.text)
	}
	if found[0].classic {
		return unprocessable(strings.Join(texts, " "))
	}
	return unprocessable("Repository rule violations found\n\n" + strings.Join(texts, "\n\n") + "\n\n")
}

// judgePush is GitHub's answer to a push that breaks a rule, nil for one that
// does not. The whole push is refused, as with every hook of git.
func (r *repository) judgePush(p push) ([]byte, error) {
	env, done, err := r.quarantine(p)
	if err != nil {
		return nil, err
	}
	defer done()
	report, message, refused := packet("unpack ok\n"), "", false
	for _, u := range p.updates {
		found, err := r.breaches(u, env)
		if err != nil {
			return nil, err
		}
		word := "pre-receive hook declined"
		if len(found) > 0 {
			text := ""
			word, text = r.refusal(u, found)
			message, refused = message+text, true
		}
		report = append(report, packet("ng "+u.ref+" "+word+"\n")...)
	}
	if !refused {
		return nil, nil
	}
	return p.answer(message, append(report, "0000"...)), nil
}

// refusal is what a push hears about one ref: git's word for it, and the
// remote's message. The texts are GitHub's of 2025 and 2026:
// https://github.com/vercel/sandbox/pull/169
func (r *repository) refusal(u refUpdate, found []breach) (word, message string) {
	var text strings.Builder
	if found[0].classic {
		word = "protected branch hook declined"
		fmt.Fprintf(&text, "error: GH006: Protected branch update failed for %s.\n", u.ref)
	} else {
		word = "push declined due to repository rule violations"
		fmt.Fprintf(&text, "error: GH013: Repository rule violations found for %s.\n", u.ref)
		fmt.Fprintf(&text, "Review all repository rules at %s?ref=%s\n", r.html("rules"), url.QueryEscape(u.ref))
	}
	for _, b := range found {
		fmt.Fprintf(&text, "\n- %s\n", b.text)
		if n := len(b.commits); n > 0 {
			fmt.Fprintf(&text, "  Found %d violation%s:\n\n  %s\n", n, strings.Repeat("s", min(n-1, 1)), strings.Join(b.commits, "\n  "))
		}
	}
	return word, text.String() + "\n"
}

// quarantine unpacks what a push brings beside the repository, as git does for
// its hooks. It returns the environment in which git finds it. No rule but two
// asks for it.
// https://git-scm.com/docs/git-receive-pack#_quarantine_environment
func (r *repository) quarantine(p push) (env []string, done func(), err error) {
	if len(p.pack) == 0 || len(r.settings.NoForcePush)+len(r.settings.RequireSignatures) == 0 { // it only deletes, or nobody asks
		return nil, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "playground-quarantine-")
	if err != nil {
		return nil, nil, fmt.Errorf("making room for a push: %w", err)
	}
	done = func() { _ = os.RemoveAll(dir) }
	env = []string{
		"GIT_OBJECT_DIRECTORY=" + dir,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(r.path(), "objects"),
	}
	_, err = r.run(gitCommand{args: []string{"index-pack", "--stdin", "--fix-thin"}, stdin: p.pack, env: env})
	if err != nil {
		done()
		return nil, nil, err
	}
	return env, done, nil
}
