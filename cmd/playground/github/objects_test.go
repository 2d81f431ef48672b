package github_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"
)

// TestCommitByAPI makes a commit the way commit-mode api does: blob, tree,
// commit, ref.
func TestCommitByAPI(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot).Git
	base, _, err := c.GetRef(t.Context(), "octo", "fleet", "heads/main")
	if err != nil {
		t.Fatal(err)
	}
	parent, _, err := c.GetCommit(t.Context(), "octo", "fleet", base.GetObject().GetSHA())
	if err != nil {
		t.Fatal(err)
	}
	blob, _, err := c.CreateBlob(t.Context(), "octo", "fleet", &api.Blob{Content: api.String("bmV3Cg=="), Encoding: api.String("base64")})
	if err != nil {
		t.Fatal(err)
	}
	tree, _, err := c.CreateTree(t.Context(), "octo", "fleet", parent.GetTree().GetSHA(), []*api.TreeEntry{
		{Path: api.String("sub/flake.lock"), Mode: api.String("100644"), Type: api.String("blob"), SHA: blob.SHA},
		{Path: api.String("note"), Mode: api.String("100644"), Type: api.String("blob"), Content: api.String("text")},
		{Path: api.String("flake.lock"), Mode: api.String("100644"), Type: api.String("blob")},
	})
	if err != nil {
		t.Fatal(err)
	}
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	made, _, err := c.CreateCommit(t.Context(), "octo", "fleet", &api.Commit{
		Message: api.String("by the API"), Tree: tree, Parents: []*api.Commit{parent},
		Author: &api.CommitAuthor{Name: api.String("N"), Email: api.String("n@example.org"), Date: &api.Timestamp{Time: when}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !made.GetAuthor().GetDate().Time.Equal(when) || len(made.Parents) != 1 {
		t.Errorf("made %v", made)
	}
	if _, _, err := c.CreateRef(t.Context(), "octo", "fleet", &api.Reference{
		Ref: api.String("refs/heads/by/api"), Object: &api.GitObject{SHA: made.SHA},
	}); err != nil {
		t.Fatal(err)
	}
	whole, _, err := c.GetTree(t.Context(), "octo", "fleet", made.GetTree().GetSHA(), true)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range whole.Entries {
		if e.GetType() == "blob" {
			paths = append(paths, e.GetPath())
		}
	}
	if diff := cmp.Diff([]string{".github/workflows/nixferry.yml", "flake.nix", "note", "sub/flake.lock"}, paths); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	raw, _, err := c.GetBlobRaw(t.Context(), "octo", "fleet", blob.GetSHA())
	if err != nil || len(raw) == 0 {
		t.Errorf("blob: %q, %v", raw, err)
	}
}

func TestRefs(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot).Git
	main, _, err := c.GetRef(t.Context(), "octo", "fleet", "heads/main")
	if err != nil {
		t.Fatal(err)
	}
	side, _, err := c.GetRef(t.Context(), "octo", "fleet", "heads/side")
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := c.ListMatchingRefs(t.Context(), "octo", "fleet", &api.ReferenceListOptions{Ref: "heads/nixferry/"})
	if err != nil || len(found) != 1 || found[0].GetRef() != "refs/heads/"+branch {
		t.Errorf("matching: %v, %v", found, err)
	}
	at := func(ref, sha string) *api.Reference {
		return &api.Reference{Ref: api.String("refs/" + ref), Object: &api.GitObject{SHA: &sha}}
	}
	if _, _, err := c.UpdateRef(t.Context(), "octo", "fleet", at("heads/"+branch, side.GetObject().GetSHA()), true); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		name string
		do   func() error
		want string
	}{
		{"exists", func() error {
			_, _, err := c.CreateRef(t.Context(), "octo", "fleet", at("heads/side", main.GetObject().GetSHA()))
			return err
		}, "Reference already exists"},
		{"no such object", func() error {
			_, _, err := c.CreateRef(t.Context(), "octo", "fleet", at("heads/x", "0123456789012345678901234567890123456789"))
			return err
		}, "Object does not exist"},
		{"not a fast forward", func() error {
			_, _, err := c.UpdateRef(t.Context(), "octo", "fleet", at("heads/side", main.GetObject().GetSHA()), false)
			return err
		}, "Update is not a fast forward"},
		{"protected", func() error {
			_, _, err := c.UpdateRef(t.Context(), "octo", "fleet", at("heads/main", side.GetObject().GetSHA()), true)
			return err
		}, "Changes must be made through a pull request."},
		{"gone", func() error {
			_, err := c.DeleteRef(t.Context(), "octo", "fleet", "heads/gone")
			return err
		}, "Reference does not exist"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := said(t, test.do())
			if status != http.StatusUnprocessableEntity || text != test.want {
				t.Errorf("got %d %q, want %q", status, text, test.want)
			}
		})
	}
}
