package workload_test

import (
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/workload"
)

const (
	zlib  = "/nix/store/y4i47qjmf10i1ngpnsavv88zjagypycd-zlib-1.3.1"
	glibc = "/nix/store/6q2mknq81cyscjmkv72fpcsvan56qhmg-glibc-2.40-66"
)

// hello is what cache.nixos.org says.
const hello = `StorePath: ` + zlib + `
URL: nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz
Compression: xz
FileHash: sha256:1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d
FileSize: 114980
NarHash: sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6
NarSize: 134376
References: 6q2mknq81cyscjmkv72fpcsvan56qhmg-glibc-2.40-66 y4i47qjmf10i1ngpnsavv88zjagypycd-zlib-1.3.1
Deriver: 6q2mknq81cyscjmkv72fpcsvan56qhmg-zlib-1.3.1.drv
Sig: cache.nixos.org-1:c2lnbmF0dXJl
Sig: other-1:c2lnbmF0dXJl
CA: 
`

func TestParseNarinfo(t *testing.T) {
	got, err := workload.ParseNarinfo(zlib, []byte(hello))
	want := workload.Narinfo{References: []string{glibc, zlib}, NarSize: 134376, FileSize: 114980, Deriver: "/nix/store/6q2mknq81cyscjmkv72fpcsvan56qhmg-zlib-1.3.1.drv"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
	}
	if _, err := workload.ParseNarinfo(glibc, []byte(hello)); err == nil {
		t.Error("the narinfo of another path is taken")
	}
	if _, err := workload.ParseNarinfo("/gnu"+strings.TrimPrefix(zlib, "/nix"), []byte(hello)); err == nil {
		t.Error("the narinfo of another store is taken")
	}
}

// TestParseNarinfoField changes one thing in a good answer.
func TestParseNarinfoField(t *testing.T) {
	for _, test := range []struct {
		old, new string
		size     int64 // of the download; -1 is an error
	}{
		{"StorePath: ", "Path: ", -1},
		{"URL: nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz", "URL: ", -1},
		{"NarHash:", "Hash:", -1},
		{"NarSize: 134376\n", "", -1},
		{"NarSize: 134376", "NarSize: 0", -1},
		{"NarSize: 134376", "NarSize: -5", -1},
		{"NarSize: 134376", "NarSize: 99999999999999999999", -1},
		{"FileSize: 114980", "FileSize: -5", -1},
		{"FileSize: 114980", "FileSize: big", -1},
		{"FileSize: 114980", "FileSize: 1\nFileSize: 2", -1},
		{"References: ", "References: ../../etc/passwd ", -1},
		{"References: ", "References: /nix/store/", -1},
		{"-zlib-1.3.1.drv", "", -1},
		{"CA: \n", "no colon\n", -1},
		{"FileSize: 114980\n", "", 0},
		{"FileSize: 114980\nNar", "FileSize: 0\nNar", 0},
		{"xz\nFileHash", "none\nFileHash", 114980},
		{"xz\nFileHash: sha256:1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d\nFileSize: 114980\n", "none\n", 134376},
		{"CA: \n", "CA: \nLater: invention\n", 114980},
	} {
		text := strings.Replace(hello, test.old, test.new, 1)
		if text == hello {
			t.Fatalf("%q is not in the text", test.old)
		}
		got, err := workload.ParseNarinfo(zlib, []byte(text))
		if err != nil {
			got.FileSize = -1
		}
		if got.FileSize != test.size {
			t.Errorf("%q for %q: a download of %d, %v", test.new, test.old, got.FileSize, err)
		}
	}
}

func FuzzParseNarinfo(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte("StorePath: " + zlib + "\nURL: x\nNarHash: x\nNarSize: 1\nReferences: \nDeriver: unknown-deriver"))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := workload.ParseNarinfo(zlib, data)
		if err != nil {
			return
		}
		if info.NarSize <= 0 || info.FileSize < 0 || !strings.Contains(string(data), "StorePath: "+zlib) && !strings.Contains(string(data), "StorePath:"+zlib) {
			t.Errorf("%+v of %q", info, data)
		}
		for _, reference := range append(info.References, zlib) {
			if path.Dir(reference) != "/nix/store" || !workload.IsName(path.Base(reference)) {
				t.Errorf("reference %q", reference)
			}
		}
	})
}
