package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

func withUser(name string, user toplevel.User) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Users[name] = user }
}

func withGroup(name string, group toplevel.Group) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Groups[name] = group }
}

func fixed(n int) *int { return &n }

func zsh(hash, version string) string {
	return "/nix/store/" + hash + "0000000000000000000000000000000-zsh-" + version + "/bin/zsh"
}

func mutable(t *toplevel.Toplevel) { t.MutableUsers = true }

func userborn(t *toplevel.Toplevel) { t.Userborn = true }

var accountCases = []struct {
	name          string
	before, after *toplevel.Toplevel
	want          []Account
}{
	{
		"nothing but the shell's version", system("a", withUser("ann", toplevel.User{Shell: zsh("0", "5.8")})),
		system("b", withUser("ann", toplevel.User{Shell: zsh("1", "5.9")})), nil,
	},
	{
		"no list before", system("a", func(t *toplevel.Toplevel) { t.Users = nil }),
		system("b", withUser("ann", toplevel.User{}), mutable), nil,
	},
	{
		"added", system("a"), system("b", withUser("ann", toplevel.User{Group: "users", Groups: []string{"wheel"}, Home: "/home/ann"})),
		[]Account{{"user", "ann", Came, []AccountDetail{
			{What: "uid", After: "chosen by the machine"},
			{What: "group", After: "users"},
			{What: "groups", After: "wheel"},
			{What: "home", After: "/home/ann"},
		}}},
	},
	{
		"removed", system("a", withUser("ann", toplevel.User{UID: fixed(1000)})), system("b"),
		[]Account{{"user", "ann", Went, []AccountDetail{{What: "uid", Before: "1000"}}}},
	},
	{
		"changed", system("a", withUser("ann", toplevel.User{UID: fixed(1000), HashedPassword: "hash"})),
		system("b", withUser("ann", toplevel.User{HashedPassword: "file", Groups: []string{"a", "b"}})),
		[]Account{{"user", "ann", Changed, []AccountDetail{
			{What: "uid", Before: "1000", After: "chosen by the machine", Ignored: true},
			{What: "groups", After: "a b"},
			{What: "password", Before: "hash", After: "file"},
		}}},
	},
	{
		"ids under userborn", system("a", userborn, withGroup("g", toplevel.Group{GID: fixed(1)})),
		system("b", userborn, withGroup("g", toplevel.Group{GID: fixed(2)})),
		[]Account{{"group", "g", Changed, []AccountDetail{{What: "gid", Before: "1", After: "2"}}}},
	},
	{
		"a group's id", system("a", withGroup("g", toplevel.Group{GID: fixed(1)})), system("b", withGroup("g", toplevel.Group{GID: fixed(2)})),
		[]Account{{"group", "g", Changed, []AccountDetail{{What: "gid", Before: "1", After: "2", Ignored: true}}}},
	},
	{
		"members that are users are told with the user", system("a", withUser("ann", toplevel.User{}), withGroup("g", toplevel.Group{})),
		system("b", withUser("ann", toplevel.User{Groups: []string{"g"}}), withGroup("g", toplevel.Group{Members: []string{"ann", "zoe", "bob"}})),
		[]Account{
			{"group", "g", Changed, []AccountDetail{{What: "members", After: "bob zoe"}}},
			{"user", "ann", Changed, []AccountDetail{{What: "groups", After: "g"}}},
		},
	},
	{
		"settings, and the order", system("a", withGroup("z", toplevel.Group{}), withUser("b", toplevel.User{UID: fixed(1)})),
		system("b", mutable, userborn, withUser("a", toplevel.User{UID: fixed(1)})),
		[]Account{
			{"group", "z", Went, []AccountDetail{{What: "gid", Before: "chosen by the machine"}}},
			{"setting", "services.userborn.enable", Changed, []AccountDetail{{What: "value", Before: "false", After: "true"}}},
			{"setting", "users.mutableUsers", Changed, []AccountDetail{{What: "value", Before: "false", After: "true"}}},
			{"user", "a", Came, []AccountDetail{{What: "uid", After: "1"}}},
			{"user", "b", Went, []AccountDetail{{What: "uid", Before: "1"}}},
		},
	},
}

func TestAccounts(t *testing.T) {
	for _, test := range accountCases {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]Account{}, test.want...), accounts(test.before, test.after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
