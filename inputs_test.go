package nixferry_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/nixferry/nixferry/bot/config"
)

// An action is what of action.yml has to agree with the code.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			ID  string
			Env map[string]string
			Run string
		}
	}
}

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestInputs holds action.yml, its env map and the README to the table in
// bot/config.
func TestInputs(t *testing.T) {
	a := readAction(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Inputs) != len(config.Inputs) {
		t.Errorf("action.yml has %d inputs, bot/config %d", len(a.Inputs), len(config.Inputs))
	}
	env := map[string]string{}
	for _, step := range a.Runs.Steps {
		for name, value := range step.Env {
			env[name] = value
		}
	}
	for _, in := range config.Inputs {
		got, ok := a.Inputs[in.Name]
		want := in.Default
		if in.Name == "token" {
			want = "${{ github.token }}"
		}
		if !ok || got.Description != in.Help || got.Default != want {
			t.Errorf("action.yml, input %s: %+v, want default %q and description %q", in.Name, got, want, in.Help)
		}
		if got, want := env["INPUT_"+strings.ToUpper(in.Name)], "${{ inputs."+in.Name+" }}"; got != want {
			t.Errorf("action.yml passes %s as %q, want %q", in.Name, got, want)
		}
		if !strings.Contains(string(readme), "| `"+in.Name+"` |") {
			t.Errorf("README.md has no row for the input %s", in.Name)
		}
	}
}

// TestOutputs holds the outputs to the step that sets them, and the README to
// both.
func TestOutputs(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range readAction(t).Outputs {
		if want := "${{ steps.nixferry.outputs." + name + " }}"; out.Value != want {
			t.Errorf("output %s is %q, want %q", name, out.Value, want)
		}
		if !strings.Contains(string(readme), "| `"+name+"` |") {
			t.Errorf("README.md has no row for the output %s", name)
		}
	}
}

// TestNoInterpolation keeps text of others out of the shell: a run step gets
// values by env only.
func TestNoInterpolation(t *testing.T) {
	for _, step := range readAction(t).Runs.Steps {
		if diff := cmp.Diff(false, strings.Contains(step.Run, "${{")); diff != "" {
			t.Errorf("step %s interpolates into its script (-want +got):\n%s", step.ID, diff)
		}
	}
}
