package derivation

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// A store is made up: what add puts into it gets paths that depend on all it is
// built from, as Nix computes them.
type store struct {
	dir   string
	files map[string][]byte
	outs  map[string]string
}

func newStore() store { return store{"/nix/store", map[string][]byte{}, map[string]string{}} }

func (s store) read(path string) ([]byte, error) {
	text, ok := s.files[path]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", path, os.ErrNotExist)
	}
	return text, nil
}

func (s store) path(name string, from ...string) string {
	hash := sha256.Sum256([]byte(name + "\n" + strings.Join(from, "\n")))
	for i := range hash {
		hash[i] = hashDigits[hash[i]%32]
	}
	return s.dir + "/" + string(hash[:]) + "-" + name
}

// add makes a derivation. Each of with is an input (a path that add or fetch
// returned), a source ("./fix.patch") that the variable patches lists, or a
// variable ("flags=-O2"; "doc=OUTPUT" is another output).
func (s store) add(name string, with ...string) string {
	var inputs, sources, outputs, deps []string
	env := map[string]string{"name": name, "system": "x86_64-linux"}
	for _, item := range with {
		key, value, isVariable := strings.Cut(item, "=")
		switch {
		case strings.HasSuffix(item, ".drv"):
			inputs = append(inputs, item)
			deps = append(deps, s.outs[item])
		case strings.HasPrefix(item, "./"):
			sources = append(sources, s.path(item[2:], "source"))
			env["patches"] = strings.Join(sources, " ")
		case isVariable && value != "OUTPUT":
			env[key] = value
		case isVariable:
			outputs = append(outputs, key)
		}
	}
	env["deps"] = strings.Join(deps, " ")
	return s.write(name, append(outputs, "out"), inputs, sources, env)
}

func (s store) write(name string, outputs, inputs, sources []string, env map[string]string) string {
	text := atermOf(nil, inputs, sources, env)
	modulo := []string{text}
	for _, in := range inputs {
		modulo[0] = strings.ReplaceAll(modulo[0], in, s.outs[in])
	}
	var written []string
	for _, output := range outputs {
		full := strings.TrimSuffix(name+"-"+output, "-out")
		env[output] = s.path(full, modulo...)
		written = append(written, fmt.Sprintf(`(%q,%q,"","")`, output, env[output]))
	}
	text = atermOf(written, inputs, sources, env)
	drv := s.path(name+".drv", text)
	s.files[drv], s.outs[drv] = []byte(text), env["out"]
	return drv
}

// fetch makes a derivation whose output depends on content only.
func (s store) fetch(name, content string, inputs ...string) string {
	out := s.path(name, "fixed", content)
	text := atermOf([]string{fmt.Sprintf(`("out",%q,"sha256",%q)`, out, content)}, inputs, nil, map[string]string{"name": name, "out": out})
	drv := s.path(name+".drv", text)
	s.files[drv], s.outs[drv] = []byte(text), out
	return drv
}

func atermOf(outputs, inputs, sources []string, env map[string]string) string {
	slices.Sort(inputs)
	for i, in := range inputs {
		inputs[i] = fmt.Sprintf(`(%q,["out"])`, in)
	}
	var variables []string
	for key, value := range env {
		variables = append(variables, fmt.Sprintf("(%q,%s)", key, quote(value)))
	}
	slices.Sort(variables)
	text := fmt.Sprintf(`Derive([%s],[%s],[%s],"x86_64-linux","/bin/sh",["-e"],[%s])`,
		strings.Join(outputs, ","), strings.Join(inputs, ","), quoteAll(sources), strings.Join(variables, ","))
	for i, in := range inputs {
		inputs[i] = strings.Split(in, `"`)[1]
	}
	return text
}

func quoteAll(texts []string) string {
	var quoted []string
	for _, text := range texts {
		quoted = append(quoted, quote(text))
	}
	return strings.Join(quoted, ",")
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}

func (s store) load(t testing.TB, roots ...string) *Set {
	t.Helper()
	set, err := Load(s.read, roots)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
