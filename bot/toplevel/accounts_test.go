package toplevel

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const usersGroups = `{"mutableUsers":false,
"users":[
 {"name":"octo","uid":null,"group":"users","home":"/home/octo","shell":"/run/current-system/sw/bin/bash","isSystemUser":false,"hashedPassword":"$6$secret","hashedPasswordFile":null},
 {"name":"nginx","uid":60,"group":"nginx","home":"/var/empty","isSystemUser":true,"password":null},
 {"name":"backup","uid":null,"group":"backup","isSystemUser":true,"hashedPasswordFile":"/run/keys/backup"},
 {"name":"guest","group":"users","password":"secret"},
 {"name":"old","group":"users","passwordFile":"/root/old"}],
"groups":[{"name":"wheel","gid":1,"members":["octo","guest","octo"]},{"name":"docker","gid":null,"members":["octo","stranger"]},{"name":"users","gid":100}]}`

func number(n int) *int { return &n }

var declared = map[string]User{
	"octo":   {Group: "users", Groups: []string{"docker", "wheel"}, Home: "/home/octo", Shell: "/run/current-system/sw/bin/bash", HashedPassword: "hash"},
	"nginx":  {UID: number(60), Group: "nginx", Home: "/var/empty"},
	"backup": {Group: "backup", HashedPassword: "file"},
	"guest":  {Group: "users", Groups: []string{"wheel"}, HashedPassword: "plain"},
	"old":    {Group: "users", HashedPassword: "file"},
}

func TestAccounts(t *testing.T) {
	files := world{
		"activate":                      "perl -w /nix/store/~update-users-groups.pl /nix/store/~users-groups.json\n",
		"/nix/store/~users-groups.json": usersGroups,
	}
	got := files.read(t)
	groups := map[string]Group{
		"wheel":  {GID: number(1), Members: []string{"guest", "octo"}},
		"docker": {Members: []string{"octo", "stranger"}},
		"users":  {GID: number(100)},
	}
	if diff := cmp.Diff(declared, got.Users); diff != "" {
		t.Errorf("users: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(groups, got.Groups); diff != "" {
		t.Errorf("groups: mismatch (-want +got):\n%s", diff)
	}
	if got.MutableUsers || got.Userborn {
		t.Errorf("mutable %t, userborn %t, want neither", got.MutableUsers, got.Userborn)
	}
}

// userborn's list stands in its unit, and says less.
func TestUserborn(t *testing.T) {
	const start = "[Service]\nExecStart=/nix/store/~userborn-0.4.0/bin/userborn /nix/store/~userborn.json /etc\n"
	for _, test := range []struct {
		name, unit string
		want       bool
	}{
		{"nothing said", start, true},
		{"read-only afterwards", start + "ExecStartPost=/nix/store/~util-linux/bin/mount --bind -o ro /etc/group /etc/group\n", false},
		{"said so", start + "Environment=\"PATH=/bin\"\nEnvironment=\"USERBORN_MUTABLE_USERS=true\"\n", true},
		{"said not", start + "Environment=\"USERBORN_MUTABLE_USERS=false\"\n", false},
	} {
		files := unitsAt(map[string]string{
			"userborn.service":          test.unit,
			"/nix/store/~userborn.json": `{"users":[{"name":"octo","isNormal":true,"shell":"/bin/sh"},{"name":"sshd","uid":2,"isNormal":false}],"groups":[]}`,
		})
		got := files.read(t)
		want := map[string]User{"octo": {Shell: "/bin/sh"}, "sshd": {UID: number(2)}}
		if diff := cmp.Diff(want, got.Users); diff != "" || !got.Userborn || got.MutableUsers != test.want {
			t.Errorf("%s: userborn %t, mutable %t, want %t; users: mismatch (-want +got):\n%s", test.name, got.Userborn, got.MutableUsers, test.want, diff)
		}
	}
}

// Where no list can be had nothing is said of users, not that there are none.
func TestNoAccounts(t *testing.T) {
	for name, files := range map[string]world{
		"no activation script": {},
		"no list named":        {"activate": "echo setting up /etc"},
		"list is not there":    {"activate": "/nix/store/~users-groups.json"},
		"list is no JSON":      {"activate": "/nix/store/~users-groups.json", "/nix/store/~users-groups.json": "{"},
		"list is another":      {"activate": "/nix/store/~users-groups.json", "/nix/store/~users-groups.json": "{}"},
		"only named":           {"activate": "/nix/store/~update.pl is run on X-users-groups.json", "/nix/store/~users-groups.json": usersGroups},
	} {
		if got := files.read(t); got.Users != nil || got.Groups != nil || got.MutableUsers {
			t.Errorf("%s: got %v", name, got.Users)
		}
	}
}

// FuzzAccounts holds that no password gets out, and that groups and users agree.
func FuzzAccounts(f *testing.F) {
	f.Add(usersGroups)
	f.Add(`{"users":[{"name":"a","hashedPassword":"hunter2"}],"groups":[{"name":"g","members":["a","a"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		users, groups, _ := parseAccounts(text, true)
		for name, user := range users {
			if !slices.Contains([]string{"", "file", "hash", "plain"}, user.HashedPassword) {
				t.Errorf("%s has the password %q", name, user.HashedPassword)
			}
			for _, group := range user.Groups {
				if _, ok := groups[group]; !ok {
					t.Errorf("%s is in %s, which is not there", name, group)
				}
			}
		}
	})
}
