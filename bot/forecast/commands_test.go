package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommands(t *testing.T) {
	before, after := system("a"), system("b")
	before.Commands, after.Commands = []string{".a-wrapped", "iw", "iwconfig", "ls"}, []string{".b-wrapped", "dig", "ls"}
	before.Wrappers, after.Wrappers = []string{"pkexec", "sudo"}, []string{"newuidmap", "sudo"}
	want := Commands{[]string{"dig"}, []string{"iw", "iwconfig"}, []string{"newuidmap"}, []string{"pkexec"}}
	if diff := cmp.Diff(want, commands(before, after)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
