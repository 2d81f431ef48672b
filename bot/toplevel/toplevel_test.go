package toplevel

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestNoToplevel(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"nothing there":        {},
		"another store path":   {strings.Trim(top, "/") + "/bin/hello": {}},
		"a link to nothing":    {strings.Trim(top, "/"): {Data: []byte("/nix/store/gone"), Mode: fs.ModeSymlink}},
		"a link round to self": {strings.Trim(top, "/"): {Data: []byte(top), Mode: fs.ModeSymlink}},
	} {
		_, err := Read(files, top)
		if err == nil || !strings.Contains(err.Error(), "reading the system at "+top+": it has no nixos-version: build ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A system of which nothing but the label is there has facts all the same.
func TestBare(t *testing.T) {
	want := &Toplevel{
		Path: hashed(top), NixosVersion: "25.11.test", Boot: Boot{Params: []string{}}, Wants: map[string][]string{},
		Units: map[string]*Unit{}, UserUnits: map[string]*Unit{}, Texts: map[string]string{}, Scripts: map[string]string{}, Userland: map[string]string{},
	}
	if diff := cmp.Diff(want, world{}.read(t)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestSpecialisations(t *testing.T) {
	files := unitsAt(map[string]string{"a.service": service})
	files["specialisation/gaming"] = "-> /nix/store/~nixos-system-gaming"
	files["/nix/store/~nixos-system-gaming/nixos-version"] = "25.11.gaming"
	files["/nix/store/~nixos-system-gaming/etc"] = "-> /nix/store/~etc/etc"
	files["/nix/store/~nixos-system-gaming/specialisation/gaming"] = "-> /nix/store/~nixos-system-gaming"
	files["/nix/store/~nixos-system-gaming/kernel-params"] = "mitigations=off"
	got := files.read(t)
	gaming := got.Specialisations["gaming"]
	if len(got.Specialisations) != 1 || gaming == nil {
		t.Fatalf("got %v", got.Specialisations)
	}
	if gaming.Path != hashed("/nix/store/~nixos-system-gaming") || gaming.NixosVersion != "25.11.gaming" || gaming.Boot.Params[0] != "mitigations=off" || gaming.Specialisations != nil {
		t.Errorf("got %s, %s, %q", gaming.Path, gaming.NixosVersion, gaming.Boot.Params)
	}
	if diff := cmp.Diff(got.Units, gaming.Units); diff != "" {
		t.Errorf("the units of both: mismatch (-base +gaming):\n%s", diff)
	}
}

func TestStoreName(t *testing.T) {
	for path, want := range map[string]string{
		"/nix/store/~zfs-user-2.3.4/bin/zfs": "zfs-user-2.3.4",
		"nix/store/~hello":                   "hello",
		"/nix/store/.links/short":            "",
		"/nix/store":                         "",
		"/run/wrappers/bin/sudo":             "",
	} {
		if got := storeName(hashed(path)); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestUserUnits(t *testing.T) {
	files := world{"etc/systemd/user/a.service": service, "etc/systemd/system/b.service": service}
	got := files.read(t)
	if got.UserUnits["a.service"] == nil || got.UserUnits["b.service"] != nil || got.Units["b.service"] == nil {
		t.Errorf("got %v and %v", got.UserUnits, got.Units)
	}
}

// A store in another place has links that lead out of it, were they followed by
// the system.
func TestOtherRoot(t *testing.T) {
	files := unitsAt(map[string]string{"a.service": "-> /nix/store/~unit-a.service/a.service", "/nix/store/~unit-a.service/a.service": service})
	files["nixos-version"] = "25.11.test"
	dir := t.TempDir() + "/root"
	if err := os.CopyFS(dir, files.fs()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(os.DirFS(dir), hashed(top))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files.read(t), got); diff != "" {
		t.Errorf("mismatch (-in memory +on disk):\n%s", diff)
	}
}
