package github_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// An answer is what the GraphQL API answers, as far as clients look.
type answer struct {
	Data    map[string]any
	Errors  []problem
	Message string
}

type problem struct {
	Type    string
	Path    []string
	Message string
}

// mutate calls a mutation as nixferry does and gives the status and answer.
func mutate(t *testing.T, server *github.Server, token, mutation string, input map[string]any) (int, answer) {
	t.Helper()
	kind := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
	body, err := json.Marshal(map[string]any{
		"query":     fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { clientMutationId } }", kind, mutation),
		"variables": map[string]any{"input": input},
	})
	if err != nil {
		t.Fatal(err)
	}
	response := raw(t, server, http.MethodPost, strings.TrimPrefix(server.GraphQLURL(), server.URL()), token, string(body))
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, got
}

// refused is what one refusal of a mutation looks like.
func refused(mutation, kind, message string) answer {
	return answer{Data: map[string]any{mutation: nil}, Errors: []problem{{kind, []string{mutation}, message}}}
}

func done(mutation string) answer {
	return answer{Data: map[string]any{mutation: map[string]any{"clientMutationId": nil}}}
}

func TestDraft(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	for _, test := range []struct {
		mutation string
		draft    bool
	}{
		{"convertPullRequestToDraft", true},
		{"markPullRequestReadyForReview", false},
	} {
		status, got := mutate(t, server, bot, test.mutation, map[string]any{"pullRequestId": pull.GetNodeID()})
		if diff := cmp.Diff(done(test.mutation), got); diff != "" || status != http.StatusOK {
			t.Errorf("%s: status %d, mismatch (-want +got):\n%s", test.mutation, status, diff)
		}
		if now, _ := server.Pull("octo", "fleet", 1); now.Draft != test.draft {
			t.Errorf("%s: draft is %v", test.mutation, now.Draft)
		}
	}
}

func TestConvertNoDrafts(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	server.Configure("octo/fleet", github.Settings{NoDrafts: true})
	_, got := mutate(t, server, bot, "convertPullRequestToDraft", map[string]any{"pullRequestId": pull.GetNodeID()})
	want := refused("convertPullRequestToDraft", "FORBIDDEN",
		github.Bot+" does not have permission to convert the pull request "+pull.GetNodeID()+" to draft.")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestGraphQLPermissions(t *testing.T) {
	const mutation = "convertPullRequestToDraft"
	lost := refused(mutation, "NOT_FOUND", "Could not resolve to a node with the global id of 'PR'.")
	for _, test := range []struct {
		name, token string
		grant       github.Permissions
		status      int
		want        answer
	}{
		{"nobody", "", github.Permissions{}, 401, answer{Message: "This endpoint requires you to be authenticated."}},
		{"unknown token", "ghs_wrong", github.Permissions{}, 401, answer{Message: "Bad credentials"}},
		{"no contents", bot, github.Permissions{PullRequests: github.Write, Contents: github.Read}, 200, refused(mutation, "FORBIDDEN", integration)},
		{"no pull requests", bot, github.Permissions{Contents: github.Write}, 200, refused(mutation, "FORBIDDEN", integration)},
		{"for another repository", bot, github.Permissions{PullRequests: github.Write, Contents: github.Write, Repositories: []string{"octo/secret"}}, 200, refused(mutation, "FORBIDDEN", integration)},
		{"both", bot, github.Permissions{PullRequests: github.Write, Contents: github.Write}, 200, done(mutation)},
		{"private for another", reader, github.Permissions{Repositories: []string{"octo/other"}}, 200, lost},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			pull := openPull(t, server)
			if test.token != "" && test.token != "ghs_wrong" {
				server.Grant(test.token, test.grant)
			}
			server.Configure("octo/fleet", github.Settings{Private: test.token == reader})
			status, got := mutate(t, server, test.token, mutation, map[string]any{"pullRequestId": pull.GetNodeID()})
			for i, p := range got.Errors {
				got.Errors[i].Message = strings.ReplaceAll(p.Message, pull.GetNodeID(), "PR")
			}
			if diff := cmp.Diff(test.want, got); diff != "" || status != test.status {
				t.Errorf("status %d, want %d, mismatch (-want +got):\n%s", status, test.status, diff)
			}
		})
	}
}

func TestGraphQLUnresolved(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	repository := pull.GetBase().GetRepo().GetNodeID()
	for _, test := range []struct {
		id, mutation string
		input        map[string]any
	}{
		{"PR_0", "markPullRequestReadyForReview", map[string]any{"pullRequestId": "PR_0"}},
		{repository, "markPullRequestReadyForReview", map[string]any{"pullRequestId": repository}},
		{pull.GetNodeID(), "updateRefs", map[string]any{"repositoryId": pull.GetNodeID(), "refUpdates": []any{}}},
	} {
		_, got := mutate(t, server, bot, test.mutation, test.input)
		want := refused(test.mutation, "NOT_FOUND", "Could not resolve to a node with the global id of '"+test.id+"'.")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.id, diff)
		}
	}
}

func TestUpdateRefs(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	head, base := pull.GetHead().GetSHA(), pull.GetBase().GetSHA()
	zeros := strings.Repeat("0", 40)
	for _, test := range []struct {
		name          string
		ref           string
		before, after string
		force         bool
		refusal       string
	}{
		{"made", "refs/heads/new", zeros, head, false, ""},
		{"there already", "refs/heads/new", zeros, base, true, "Reference cannot be updated"},
		{"moved meanwhile", "refs/heads/new", base, base, true, "Reference cannot be updated"},
		{"back without force", "refs/heads/new", head, base, false, "Update is not a fast forward"},
		{"back by force", "refs/heads/new", head, base, true, ""},
		{"from anywhere", "refs/heads/new", "", head, false, ""},
		{"not there", "refs/heads/gone", base, head, false, "Reference cannot be updated"},
		{"no such commit", "refs/heads/other", zeros, strings.Repeat("1", 40), false, "Object does not exist"},
		{"no ref", "new", zeros, head, false, "Reference name must start with 'refs/' and contain at least two slashes"},
		{"protected", "refs/heads/main", base, head, false, "Changes must be made through a pull request."},
		{"the pull request's", "refs/heads/" + branch, head, base, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			update := map[string]any{"name": test.ref, "afterOid": test.after, "force": test.force}
			if test.before != "" {
				update["beforeOid"] = test.before
			}
			_, got := mutate(t, server, bot, "updateRefs", map[string]any{
				"repositoryId": pull.GetBase().GetRepo().GetNodeID(), "refUpdates": []any{update},
			})
			want := done("updateRefs")
			if test.refusal != "" {
				want = refused("updateRefs", "UNPROCESSABLE", test.refusal)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if ref, _, err := client(t, server, bot).Git.GetRef(t.Context(), "octo", "fleet", strings.TrimPrefix(test.ref, "refs/")); test.refusal == "" && ref.GetObject().GetSHA() != test.after {
				t.Errorf("the ref is at %s, %v", ref.GetObject().GetSHA(), err)
			}
		})
	}
	if now, _ := server.Pull("octo", "fleet", 1); now.State != "closed" {
		t.Errorf("the pull request whose branch is the base's now is %s", now.State)
	}
}

func TestGraphQLViolations(t *testing.T) {
	const ready = `mutation($i:ID!){markPullRequestReadyForReview(input:{pullRequestId:$i}){clientMutationId}}`
	for _, test := range []struct{ name, query, variables, want string }{
		{"no document", "", `{}`, "only documents of one mutation"},
		{"no such mutation", `mutation{mergeBranches{clientMutationId}}`, `{}`, `Cannot query field "mergeBranches"`},
		{"no such field", `mutation{updateRefs(input:{repositoryId:"R",refUpdates:[]}){refs}}`, `{}`, `Cannot query field "refs"`},
		{"no such input", `mutation{updateRefs(input:{repositoryId:"R",refUpdates:[],force:true}){clientMutationId}}`, `{}`, `"force"`},
		{"input missing", `mutation{updateRefs(input:{repositoryId:"R"}){clientMutationId}}`, `{}`, "refUpdates"},
		{"variable missing", ready, `{}`, "must be defined"},
		{"variable of another type", ready, `{"i":true}`, "cannot use bool as ID"},
		{"not played", `mutation{enablePullRequestAutoMerge(input:{pullRequestId:"P",commitBody:"b"}){clientMutationId}}`, `{}`, "commitBody"},
		{"two at once", `mutation{a:updateRefs(input:{repositoryId:"R",refUpdates:[]}){clientMutationId} b:updateRefs(input:{repositoryId:"R",refUpdates:[]}){clientMutationId}}`, `{}`, "only documents of one mutation"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := world(t)
			response := raw(t, server, "POST", "/graphql", bot, fmt.Sprintf(`{"query":%q,"variables":%s}`, test.query, test.variables))
			got := server.Violations()
			if response.StatusCode != http.StatusInternalServerError || len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("status %d, violations %q, want %q", response.StatusCode, got, test.want)
			}
		})
	}
}

// TestMergeMethodInSmall is what the schema's reader lets pass and GitHub not.
func TestMergeMethodInSmall(t *testing.T) {
	server := world(t)
	pull := openPull(t, server)
	body := fmt.Sprintf(`{"query":"mutation($input:EnablePullRequestAutoMergeInput!){enablePullRequestAutoMerge(input:$input){clientMutationId}}",`+
		`"variables":{"input":{"pullRequestId":%q,"mergeMethod":"squash"}}}`, pull.GetNodeID())
	raw(t, server, "POST", "/api/graphql", bot, body)
	if got := server.Violations(); len(got) != 1 || !strings.Contains(got[0], "in capitals") {
		t.Errorf("violations %q", got)
	}
}

// TestGraphQLFault has a fault for one mutation alone, and it in the log.
func TestGraphQLFault(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	server.Inject(github.Fault{Operation: "graphql/convertPullRequestToDraft", Done: true, Status: http.StatusBadGateway, Body: "{}"})
	input := map[string]any{"pullRequestId": pull.GetNodeID()}
	if status, _ := mutate(t, server, bot, "markPullRequestReadyForReview", input); status != http.StatusOK {
		t.Errorf("another mutation answers %d", status)
	}
	if status, _ := mutate(t, server, bot, "convertPullRequestToDraft", input); status != http.StatusBadGateway {
		t.Errorf("the mutation answers %d", status)
	}
	if now, _ := server.Pull("octo", "fleet", 1); !now.Draft {
		t.Error("the work was not done")
	}
	if log := server.Log(); log[len(log)-1].Operation != "graphql/convertPullRequestToDraft" {
		t.Errorf("the log says %q", log[len(log)-1].Operation)
	}
}
