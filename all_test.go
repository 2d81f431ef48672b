// Package nixferry_test holds what is true of the whole tree: that it is
// vetted, formatted and tidy, that imports go one way, that functions and
// files stay small, that everything has its comment, and that action.yml, the
// README and the inputs' table say the same.
package nixferry_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxFunction  = 60
	maxFile      = 400
	maxInterface = 3
)

// TestTools runs what a contributor would run before a commit.
func TestTools(t *testing.T) {
	for _, test := range []struct {
		name string
		argv []string
	}{
		{"vet", []string{"go", "vet", "./..."}},
		{"tidy", []string{"go", "mod", "tidy", "-diff"}},
		{"gofmt", []string{"gofmt", "-l", "."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), test.argv[0], test.argv[1:]...)
			var notes strings.Builder // what go downloads on the way is none of a fault
			cmd.Stderr = &notes
			if out, err := cmd.Output(); err != nil || len(out) > 0 {
				t.Errorf("%s: %v\n%s%s", strings.Join(test.argv, " "), err, out, notes.String())
			}
		})
	}
}

// A source is one parsed Go file of the tree.
type source struct {
	path string
	file *ast.File
	set  *token.FileSet
	text string
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) line(p token.Pos) int { return s.set.Position(p).Line }

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		all = append(all, source{path, file, set, string(text)})
		return err
	})
	if err != nil || len(all) < 20 {
		t.Fatalf("reading the tree: %d files, %v", len(all), err)
	}
	return all
}

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		if n := strings.Count(s.text, "\n"); n > maxFile {
			t.Errorf("%s has %d lines, more than %d: split it by topic", s.path, n, maxFile)
		}
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && s.line(fn.End())-s.line(fn.Pos())+1 > maxFunction {
				t.Errorf("%s:%d: %s is longer than %d lines", s.path, s.line(fn.Pos()), fn.Name.Name, maxFunction)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok && i.Methods.NumFields() > maxInterface {
				t.Errorf("%s:%d: an interface with more than %d methods", s.path, s.line(i.Pos()), maxInterface)
			}
			return true
		})
	}
}

func TestComments(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		dir := filepath.Dir(s.path)
		documented[dir] = documented[dir] || s.file.Doc != nil
		if s.test() {
			continue
		}
		for _, decl := range s.file.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s:%d: exported %s has no comment", s.path, s.line(decl.Pos()), name)
			}
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: the package has no doc comment", dir)
		}
	}
}

// undocumented lists the exported names of a declaration without a comment of
// their own or of their group.
func undocumented(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	ident, ok := typ.(*ast.Ident)
	return !ok || ident.IsExported()
}

// badError is an error text that says only that there is an error.
var badError = regexp.MustCompile(`(?:Errorf|errors\.New)\("(?:failed|unable|could not|cannot|error)\b`)

var skips = regexp.MustCompile(`\b[tbf]\.Skip(?:Now|f)?\(`)

var badPackage = regexp.MustCompile(`(?:^|/)(?:util|utils|common|helper|helpers|mock|mocks|misc)(?:/|$)`)

func TestWords(t *testing.T) {
	for _, s := range sources(t) {
		if s.path == "all_test.go" {
			continue
		}
		for _, hit := range badError.FindAllString(s.text, -1) {
			t.Errorf("%s: an error that begins with what everybody knows: %s", s.path, hit)
		}
		if badPackage.MatchString(filepath.Dir(s.path)) {
			t.Errorf("%s: a folder's name tells what lives there", s.path)
		}
		if skips.MatchString(s.text) {
			t.Errorf("%s: a skipped test proves nothing", s.path)
		}
	}
}

// topLevel is all that may stand beside the code.
var topLevel = regexp.MustCompile(`^(action\.yml|cmd|bot|testdata|go\.mod|go\.sum|\.github|README\.md|CONTRIBUTING\.md|LICENSE|Makefile|\.ci|\.golangci\.yml|\.gitignore|all_test\.go|imports_test\.go|inputs_test\.go)$`)

func TestTopLevel(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "git", "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		if top, _, _ := strings.Cut(path, "/"); !topLevel.MatchString(top) {
			t.Errorf("%s: the top level holds nothing but the plan", path)
		}
	}
}
