package repo

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// ErrKey means that a key cannot sign commits.
var ErrKey = errors.New("set `signing-key` to the text of a private key without a passphrase, as `ssh-keygen -t ed25519 -N ''` makes it")

// A Signer signs commits with an SSH key.
// https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification#ssh-commit-signature-verification
type Signer struct{ key ssh.Signer }

// NewSigner takes an OpenSSH private key in PEM form. It is ErrKey unless the
// key is Ed25519 or RSA: the signatures of others differ each time, and with
// them the sha of a commit that did not change. No error shows the key.
func NewSigner(privateKey []byte) (*Signer, error) {
	// What a form on the web leaves of line ends and the last of them.
	text := append(bytes.TrimSpace(unixLines(privateKey)), '\n')
	key, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, fmt.Errorf("reading the signing key: it has a passphrase: %w", ErrKey)
	case err != nil:
		return nil, fmt.Errorf("reading the signing key: it is none in OpenSSH's format: %w", ErrKey)
	}
	if algorithm := key.PublicKey().Type(); algorithm != ssh.KeyAlgoED25519 && algorithm != ssh.KeyAlgoRSA {
		return nil, fmt.Errorf("reading the signing key: an %s key signs differently each time: %w", algorithm, ErrKey)
	}
	return &Signer{key}, nil
}

// SignWith has every commit that r writes from now on signed.
func (r *Repo) SignWith(signer *Signer) { r.signer = signer }

// sign adds the signature to a commit.
// https://git-scm.com/docs/gitformat-signature
func (s *Signer) sign(commit *object.Commit) error {
	var encoded plumbing.MemoryObject
	if err := commit.EncodeWithoutSignature(&encoded); err != nil {
		return fmt.Errorf("signing the commit: %w", err)
	}
	reader, err := encoded.Reader()
	if err != nil {
		return fmt.Errorf("signing the commit: %w", err)
	}
	signature, err := sshsig.Sign(reader, s.key, sshsig.HashSHA512, "git")
	if err != nil {
		return fmt.Errorf("signing the commit: %w: %w", err, ErrKey)
	}
	commit.PGPSignature = string(sshsig.Armor(signature))
	return nil
}
