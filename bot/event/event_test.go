package event

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		vars Vars
		body string
		want Request
	}{
		{
			name: "schedule",
			vars: Vars{EventName: "schedule", Repository: "octo/fleet", Ref: "refs/heads/main"},
			body: `{"schedule":"17 4 * * *","repository":{"default_branch":"main"}}`,
			want: Request{Event: "schedule", Owner: "octo", Repo: "fleet", DefaultBranch: "main", Branch: "main"},
		},
		{
			name: "dispatch on another branch",
			vars: Vars{EventName: "workflow_dispatch", Repository: "octo/fleet", Ref: "refs/heads/feature/x"},
			body: `{"inputs":null,"repository":{"default_branch":"main"}}`,
			want: Request{Event: "workflow_dispatch", Owner: "octo", Repo: "fleet", DefaultBranch: "main", Branch: "feature/x", Fresh: true},
		},
		{
			name: "tag without a payload",
			vars: Vars{EventName: "workflow_dispatch", Repository: "octo/fleet", Ref: "refs/tags/v1"},
			want: Request{Event: "workflow_dispatch", Owner: "octo", Repo: "fleet", Fresh: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.vars, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		name, body, want string
		vars             Vars
		unsupported      bool
	}{
		{name: "foreign event", vars: Vars{EventName: "pull_request", Repository: "octo/fleet"}, want: `nothing to do for "pull_request"`, unsupported: true},
		{name: "outside Actions", vars: Vars{}, want: `nothing to do for ""`, unsupported: true},
		{name: "no repository", vars: Vars{EventName: "schedule"}, want: "nixferry try"},
		{name: "bad repository", vars: Vars{EventName: "schedule", Repository: "a/b/c"}, want: "not owner/name"},
		{name: "no JSON", vars: Vars{EventName: "schedule", Repository: "a/b"}, body: "{", want: "no JSON object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.vars, []byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want one with %q", err, test.want)
			}
			if got := errors.Is(err, ErrUnsupported); got != test.unsupported {
				t.Errorf("unsupported is %v, want %v", got, test.unsupported)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("schedule", "octo/fleet", "refs/heads/main", []byte(`{"repository":{"default_branch":"main"}}`))
	f.Add("push", "/", "", []byte(`[]`))
	f.Fuzz(func(t *testing.T, name, repository, ref string, body []byte) {
		r, err := Parse(Vars{EventName: name, Repository: repository, Ref: ref}, body)
		if err == nil && (r.Owner == "" || r.Repo == "" || strings.Contains(r.Repo, "/")) {
			t.Errorf("accepted repository %q as %q/%q", repository, r.Owner, r.Repo)
		}
	})
}
