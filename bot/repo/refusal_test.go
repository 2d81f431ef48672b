package repo

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The texts are what git 2.39 and GitHub print.
func TestReasonOf(t *testing.T) {
	for _, test := range []struct {
		said string
		want error
	}{
		{"error: cannot lock ref 'refs/heads/b': is at 8b137891791fe96927ad78e64b0aad7bded08bdc but expected 0000000000000000000000000000000000000000\nfailed to update ref", ErrLeaseLost},
		{"error: cannot lock ref 'refs/heads/b': reference already exists\nfailed to update ref", ErrLeaseLost},
		{"fetch first", ErrLeaseLost},
		{"error: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'\nfailed to update ref", ErrNameTaken},
		{"directory file conflict", ErrNameTaken},
		{"error: GH006: Protected branch update failed for refs/heads/main.\nprotected branch hook declined", ErrProtected},
		{"error: GH006: Protected branch update failed for refs/heads/main.\nerror: Cannot force-push to this branch\nprotected branch hook declined", ErrNoForce},
		{"error: GH006: Protected branch update failed for refs/heads/main.\n\n- Commits must have verified signatures.\nprotected branch hook declined", ErrUnsigned},
		{"error: GH013: Repository rule violations found for refs/heads/main.\nReview all repository rules at https://github.com/o/r/rules?ref=refs%2Fheads%2Fmain\n\n- Commits must have verified signatures.\n  Found 1 violation:\n\n  027faa7121ee9df79db623e1a2848d2cc88a8dba\n\npush declined due to repository rule violations", ErrUnsigned},
		{"error: GH013: Repository rule violations found for refs/heads/main.\n\n- Cannot force-push to this branch\n\npush declined due to repository rule violations", ErrNoForce},
		{"error: GH013: Repository rule violations found for refs/heads/main.\n\n- Cannot create ref due to creations being restricted.\n\npush declined due to repository rule violations", ErrProtected},
		{"error: GH013: Repository rule violations found for refs/heads/main.\n\n- Cannot update this protected ref.\n- Changes must be made through a pull request.\n\npush declined due to repository rule violations", ErrProtected},
		{"error: GH013: Repository rule violations found for refs/heads/main.\npush declined due to repository rule violations", ErrProtected},
		{"refusing to allow an OAuth App to create or update workflow `.github/workflows/x.yml` without `workflow` scope", ErrWorkflowScope},
		{"remote: Write access to repository not granted.", ErrForbidden},
		{"This repository was archived so it is read-only.", ErrForbidden},
		{"error: GH007: Your push would publish a private email address.\npush declined due to email privacy restrictions", ErrRefused},
		{"", ErrRefused},
	} {
		if got := reasonOf(test.said); !errors.Is(got, test.want) {
			t.Errorf("%q: got %v, want %v", test.said, got, test.want)
		}
	}
}

// FuzzRefusal has a hostile server say anything, with the token in it.
func FuzzRefusal(f *testing.F) {
	const token = "ghs_16C7e42F"
	f.Add("error: GH006\x1b[2J", "pre-receive hook declined")
	f.Add("\xff\u202e ghs_16C7\x1b[0me42F \r\n::error::x", "unpack")
	f.Fuzz(func(t *testing.T, printed, clause string) {
		reason, final := refusal(&refusedError{printed + token, clause}, token)
		if !final || strings.Contains(reason.Error(), token) {
			t.Fatalf("got %v, %v for a refusal", reason, final)
		}
		said := serverText(printed+token+clause, token)
		if utf8.RuneCountInString(said) > 400 || strings.Contains(said, token) ||
			strings.ContainsFunc(said, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Fatalf("no printable line without the token: %q", said)
		}
	})
}

func TestRefusalKeepsItsOwnErrors(t *testing.T) {
	for _, sentinel := range []error{ErrLeaseLost, ErrNotFound, errAddress} {
		if got, final := refusal(sentinel, ""); !final || !errors.Is(got, sentinel) {
			t.Errorf("got %v, %v for %v", got, final, sentinel)
		}
	}
}
