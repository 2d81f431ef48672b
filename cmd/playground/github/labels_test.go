package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestLabelObjects makes, finds and changes labels of the repository.
func TestLabelObjects(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, bot).Issues
	made, _, err := issues.CreateLabel(t.Context(), "octo", "fleet", &api.Label{
		Name: api.String("nixferry: broken"), Color: api.String("D73A4A"), Description: api.String("a host fails"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if made.GetColor() != "d73a4a" || made.GetDescription() != "a host fails" {
		t.Errorf("made %v", made)
	}
	if _, _, err := issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"NixFerry: Broken", "new"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := issues.EditLabel(t.Context(), "octo", "fleet", "new", &api.Label{Color: api.String("0e8a16")}); err != nil {
		t.Fatal(err)
	}
	want := []github.Label{{"nixferry: broken", "d73a4a", "a host fails"}, {"new", "0e8a16", ""}}
	if diff := cmp.Diff(want, server.Labels("octo", "fleet")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	found, _, err := issues.GetLabel(t.Context(), "octo", "fleet", "nixferry: BROKEN")
	if err != nil || found.GetName() != "nixferry: broken" {
		t.Errorf("found %v, %v", found, err)
	}
	all, _, err := issues.ListLabels(t.Context(), "octo", "fleet", nil)
	if err != nil || len(all) != 2 {
		t.Errorf("all %v, %v", all, err)
	}
	on, _, err := issues.ListLabelsByIssue(t.Context(), "octo", "fleet", 1, nil)
	if err != nil || len(on) != 2 || on[0].GetName() != "nixferry: broken" || on[1].GetColor() != "0e8a16" {
		t.Errorf("on the pull request: %v, %v", on, err)
	}
}

func TestLabelUnknownIsGrey(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	if _, _, err := client(t, server, bot).Issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"nixpkgs"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]github.Label{{Name: "nixpkgs", Color: "ededed"}}, server.Labels("octo", "fleet")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLabelRenamed(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, bot).Issues
	if _, _, err := issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"old"}); err != nil {
		t.Fatal(err)
	}
	response := raw(t, server, http.MethodPatch, "/api/v3/repos/octo/fleet/labels/old", bot, `{"new_name":"young"}`)
	got, _ := server.Pull("octo", "fleet", 1)
	if diff := cmp.Diff([]string{"young"}, got.Labels); diff != "" || response.StatusCode != http.StatusOK {
		t.Errorf("status %d, mismatch (-want +got):\n%s", response.StatusCode, diff)
	}
}

func TestLabelRefused(t *testing.T) {
	server := lawful(t)
	issues := client(t, server, bot).Issues
	if _, _, err := issues.CreateLabel(t.Context(), "octo", "fleet", &api.Label{Name: api.String("taken")}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		label api.Label
		want  string
	}{
		{"taken", api.Label{Name: api.String("Taken")}, "Validation Failed|Label.name already_exists "},
		{"long", api.Label{Name: api.String(strings.Repeat("l", 51))}, "Validation Failed|Label.name custom name is too long (maximum is 50 characters)"},
		{"no colour", api.Label{Name: api.String("x"), Color: api.String("#d73a4a")}, "Validation Failed|Label.color invalid "},
		{"much said", api.Label{Name: api.String("x"), Description: api.String(strings.Repeat("d", 101))}, "Validation Failed|Label.description custom description is too long (maximum is 100 characters)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := issues.CreateLabel(t.Context(), "octo", "fleet", &test.label)
			if status, text := said(t, err); status != http.StatusUnprocessableEntity || text != test.want {
				t.Errorf("got %d %q, want %q", status, text, test.want)
			}
		})
	}
	if _, _, err := issues.CreateLabel(t.Context(), "octo", "fleet", &api.Label{Name: api.String("other")}); err != nil {
		t.Fatal(err)
	}
	if response := raw(t, server, http.MethodPatch, "/api/v3/repos/octo/fleet/labels/other", bot, `{"new_name":"TAKEN"}`); response.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a name that is taken answers %d", response.StatusCode)
	}
	_, _, err := issues.GetLabel(t.Context(), "octo", "fleet", "gone")
	if status, _ := said(t, err); status != http.StatusNotFound {
		t.Errorf("a label that is not there answers %d", status)
	}
}
