package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"
)

// An action is what a runner reads of action.yml.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Steps []struct {
			ID  string
			Env map[string]string
			Run string
		}
	}
}

// [!] action INPUT=VALUE...: run the steps of action.yml as GitHub's runner
// does, with NIXFERRY_BINARY set to this nixferry unless the script sets it,
// and write what the action puts out to outputs.json.
// https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
func runAction(ts *testscript.TestScript, neg bool, args []string) {
	root, err := filepath.Abs("../..")
	ts.Check(err)
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	ts.Check(err)
	var a action
	ts.Check(yaml.Unmarshal(text, &a))

	values := map[string]string{"github.token": writer, "github.action_path": root}
	for name, input := range a.Inputs {
		values["inputs."+name] = expand(ts, input.Default, values)
	}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		values["inputs."+name] = value
	}
	for _, step := range a.Runs.Steps {
		var env []string
		for name, value := range step.Env {
			env = append(env, name+"="+expand(ts, value, values))
		}
		outputs, err := runStep(ts, expand(ts, step.Run, values), env)
		if err != nil {
			if !neg {
				ts.Fatalf("step %s: %v", step.ID, err)
			}
			return
		}
		for name, value := range outputs {
			values["steps."+step.ID+".outputs."+name] = value
		}
	}
	if neg {
		ts.Fatalf("the action succeeded")
	}
	outputs := map[string]string{}
	for name, output := range a.Outputs {
		outputs[name] = expand(ts, output.Value, values)
	}
	text, err = json.Marshal(outputs)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("outputs.json"), text, 0o666))
}

var expression = regexp.MustCompile(`\$\{\{ ([\w.-]+) \}\}`)

// expand replaces the expressions in text; one without a value is a mistake in
// action.yml.
func expand(ts *testscript.TestScript, text string, values map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(match string) string {
		value, ok := values[expression.FindStringSubmatch(match)[1]]
		if !ok {
			ts.Fatalf("%s has no value", match)
		}
		return value
	})
}

var outputLine = regexp.MustCompile(`^([\w-]+)(=|<<)(.*)$`)

// runStep runs a script with `shell: bash` and reads the outputs it sets. No
// INPUT_ of the job gets through: a composite step has those of its env only.
func runStep(ts *testscript.TestScript, script string, env []string) (map[string]string, error) {
	file := ts.MkAbs("step")
	ts.Check(os.WriteFile(file, nil, 0o666))
	args := []string{"-u", "INPUT_TOKEN", "-u", "INPUT_REPORT-DIR", "GITHUB_OUTPUT=" + file}
	if ts.Getenv("NIXFERRY_BINARY") == "" {
		binary, err := exec.LookPath("nixferry")
		ts.Check(err)
		args = append(args, "NIXFERRY_BINARY="+binary)
	}
	args = append(append(args, env...), "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script)
	if err := ts.Exec("env", args...); err != nil {
		return nil, err
	}
	outputs := map[string]string{}
	for lines := strings.Split(ts.ReadFile(file), "\n"); len(lines) > 1; lines = lines[1:] {
		match := outputLine.FindStringSubmatch(lines[0])
		if match == nil {
			ts.Fatalf("not an output: %q", lines[0])
		}
		value := match[3]
		if match[2] == "<<" {
			value, _, _ = strings.Cut(strings.Join(lines[1:], "\n"), "\n"+match[3]+"\n")
			lines = lines[1+strings.Count(value+"\n", "\n"):]
		}
		outputs[match[1]] = value
	}
	return outputs, nil
}
