package github

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// A keyring is what signatures are made and checked with: GitHub's own key, and
// those people signed up, by the e-mail address of their account. GitHub's real
// key is one of PGP; here all of them are SSH's.
type keyring struct {
	own    ssh.Signer
	people map[string]ssh.PublicKey
}

// webFlow is the committer of what GitHub commits and signs itself.
var webFlow = person{Name: "GitHub", Email: "noreply@github.com"}

// ownKey is the same for all servers of a process, as GitHub's is.
var ownKey = sync.OnceValues(func() (ssh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(private)
})

func newKeyring(people map[string]string) (keyring, error) {
	own, err := ownKey()
	if err != nil {
		return keyring{}, fmt.Errorf("making the local GitHub's signing key: %w", err)
	}
	k := keyring{own, map[string]ssh.PublicKey{webFlow.Email: own.PublicKey()}}
	for email, line := range people {
		if k.people[email], _, _, _, err = ssh.ParseAuthorizedKey([]byte(line)); err != nil {
			return keyring{}, fmt.Errorf("reading the signing key of %s: %w", email, err)
		}
	}
	return k, nil
}

// gitNamespace keeps signatures of git apart from those of other programs.
const gitNamespace = "git"

// sign puts GitHub's signature into the text of a commit, where git keeps one.
// https://git-scm.com/docs/gitformat-signature#_commit_signatures
func (k keyring) sign(commit string) (string, error) {
	made, err := sshsig.Sign(strings.NewReader(commit), k.own, sshsig.HashSHA512, gitNamespace)
	if err != nil {
		return "", fmt.Errorf("signing a commit: %w", err)
	}
	header, message, _ := strings.Cut(commit, "\n\n")
	armored := strings.TrimSuffix(string(sshsig.Armor(made)), "\n")
	return header + "\ngpgsig " + strings.ReplaceAll(armored, "\n", "\n ") + "\n\n" + message, nil
}

// unsign takes the signature out of the text of a commit. It is empty where
// there was none.
func unsign(commit string) (payload, signature string) {
	header, message, _ := strings.Cut(commit, "\n\n")
	before, after, ok := strings.Cut(header, "\ngpgsig ")
	if !ok {
		return commit, ""
	}
	var lines []string
	for line := range strings.SplitSeq(after, "\n") {
		if len(lines) > 0 && !strings.HasPrefix(line, " ") {
			break
		}
		lines = append(lines, line)
	}
	signature = strings.Join(lines, "\n")
	return before + after[len(signature):] + "\n\n" + message, strings.ReplaceAll(signature, "\n ", "\n")
}

// judge is GitHub's word for a commit's signature, "valid" for a good one.
// https://docs.github.com/rest/commits/commits#get-a-commit
func (k keyring) judge(c commit) string {
	switch {
	case c.signature == "":
		return "unsigned"
	case !strings.HasPrefix(c.signature, "-----BEGIN "+sshsig.PEMType):
		return "unknown_signature_type"
	}
	signature, err := sshsig.Unarmor([]byte(c.signature))
	if err != nil {
		return "malformed_signature"
	}
	key := k.people[c.committer.email]
	if key == nil {
		return "no_user"
	}
	err = sshsig.Verify(strings.NewReader(c.payload), signature, key, signature.HashAlgorithm, gitNamespace)
	switch {
	case errors.Is(err, sshsig.ErrPublicKeyMismatch):
		return "unknown_key"
	case err != nil:
		return "invalid"
	}
	return "valid"
}

// sign replaces a commit by the same one with GitHub's signature.
func (r *repository) sign(sha string) (string, error) {
	text, err := r.git("cat-file", "commit", sha)
	if err != nil {
		return "", err
	}
	if text, err = r.server.keys.sign(text); err != nil {
		return "", err
	}
	out, err := r.run(gitCommand{args: []string{"hash-object", "-t", "commit", "-w", "--stdin"}, stdin: []byte(text)})
	return strings.TrimSpace(out), err
}

// verification renders what GitHub thinks of a commit's signature.
func (r *repository) verification(c commit) object {
	reason := r.server.keys.judge(c)
	view := object{"verified": reason == "valid", "reason": reason, "signature": nil, "payload": nil, "verified_at": nil}
	if c.signature != "" {
		view["signature"], view["payload"] = c.signature, c.payload
	}
	if reason == "valid" {
		view["verified_at"] = c.committer.date
	}
	return view
}
