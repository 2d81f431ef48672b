package toplevel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cron is the script of Nextcloud's service, as NixOS makes it.
const cron = "#!/nix/store/~bash-5.3p3/bin/bash\nset -e\n\n/nix/store/~php-8.3.27/bin/php -f /nix/store/~nextcloud-31.0.9-with-apps/cron.php\n"

func TestScripts(t *testing.T) {
	const script = "/nix/store/~unit-script-a-start/bin/a-start"
	for _, test := range []struct {
		name, unit string
		files      map[string]string
		want       []string // paths that have the text of cron
	}{
		{"what a service starts", "ExecStart=" + script, map[string]string{script: cron}, []string{script}},
		{"prefixes, quotes and arguments", `ExecStart=@-"` + script + `" a-start --now`, map[string]string{script: cron}, []string{script}},
		{"what runs before and after", "ExecStartPre=/nix/store/~a-pre\nExecStopPost=+/nix/store/~a-post", map[string]string{"/nix/store/~a-pre": cron, "/nix/store/~a-post": cron}, []string{"/nix/store/~a-post", "/nix/store/~a-pre"}},
		{"by the unit's name for it", "ExecStart=/nix/store/~all/bin/a", map[string]string{"/nix/store/~all/bin": "-> /nix/store/~a/bin", "/nix/store/~a/bin/a": cron}, []string{"/nix/store/~all/bin/a"}},
		{"twice the same", "ExecStart=" + script + "\nExecReload=" + script, map[string]string{script: cron}, []string{script}},
		{"a binary", "ExecStart=/nix/store/~a/bin/a", map[string]string{"/nix/store/~a/bin/a": "\x7fELF\x00\x00"}, nil},
		{"a text that is no script", "ExecStart=/nix/store/~a.conf", map[string]string{"/nix/store/~a.conf": "a = b\n"}, nil},
		{"what begins as a script and is no text", "ExecStart=" + script, map[string]string{script: "#!/bin/sh\n\x00"}, nil},
		{"a large script", "ExecStart=" + script, map[string]string{script: "#!/bin/sh\n" + strings.Repeat("#", maxScript)}, nil},
		{"outside the store", "ExecStart=/etc/a", map[string]string{"/etc/a": cron}, nil},
		{"what is gone", "ExecStart=" + script, nil, nil},
		{"an argument", "ExecStart=/nix/store/~bash/bin/bash " + script, map[string]string{script: cron}, nil},
		{"what is only named", "X-Reload=" + script, map[string]string{script: cron}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := unitsAt(test.files)
			files["/nix/store/~system-units/a.service"] = "[Service]\n" + test.unit + "\n"
			want := map[string]string{}
			for _, path := range test.want {
				want[hashed(path)] = hashed(cron)
			}
			if diff := cmp.Diff(want, files.read(t).Scripts); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScriptsOfUserUnits(t *testing.T) {
	files := world{"etc/systemd/user/a.service": "[Service]\nExecStart=/nix/store/~a\n", "/nix/store/~a": cron}
	if got := files.read(t).Scripts; len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

// Of very many scripts the same ones are read each time.
func TestManyScripts(t *testing.T) {
	files := unitsAt(nil)
	for i := range maxScripts + 50 {
		script := fmt.Sprintf("/nix/store/~script-%04d", i)
		files[script] = cron
		files[fmt.Sprintf("/nix/store/~system-units/a-%04d.service", i)] = "[Service]\nExecStart=" + script + "\n"
	}
	got := files.read(t).Scripts
	if len(got) != maxScripts {
		t.Errorf("got %d scripts, want %d", len(got), maxScripts)
	}
	for i := range maxScripts {
		if script := hashed(fmt.Sprintf("/nix/store/~script-%04d", i)); got[script] == "" {
			t.Errorf("%s is left out", script)
		}
	}
}
