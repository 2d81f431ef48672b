package forecast

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Account is a declared user or group that comes, goes or changes.
type Account struct {
	Kind    string          `json:"kind"` // "group", "user", or "setting" for the options that govern all of them
	Name    string          `json:"name"`
	Change  Change          `json:"change"`
	Details []AccountDetail `json:"details"`
}

// AccountDetail is one property of an account that differs.
type AccountDetail struct {
	What   string `json:"what"` // "uid", "gid", "group", "groups", "home", "shell", "password", "members", "value"
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Ignored says that the machine keeps what it has: users and groups that
	// exist keep their ids, with a warning.
	// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/config/update-users-groups.pl
	Ignored bool `json:"ignored,omitempty"`
}

// allocated stands for an id that the machine chooses, which no closure tells.
const allocated = "chosen by the machine"

// accounts compares what both systems declare: groups, settings, users, each by
// name. Where the list of one side was not found nothing is said.
func accounts(before, after *toplevel.Toplevel) []Account {
	found := []Account{}
	if before.Users == nil || after.Users == nil {
		return found
	}
	was, is := declared(before), declared(after)
	for _, name := range names(was, is) {
		old, had := was[name]
		fresh, has := is[name]
		differences := differing(old, fresh)
		if had && has && len(differences) == 0 {
			continue
		}
		if had && has && !after.Userborn {
			keepIDs(differences)
		}
		kind, name, _ := strings.Cut(name, " ")
		found = append(found, Account{kind, name, changeOf(had, has), differences})
	}
	return found
}

// declared are the properties of everything a system says about accounts, by
// kind and name.
func declared(t *toplevel.Toplevel) map[string]properties {
	all := map[string]properties{
		"setting services.userborn.enable": {{"value", strconv.FormatBool(t.Userborn)}},
		"setting users.mutableUsers":       {{"value", strconv.FormatBool(t.MutableUsers)}},
	}
	for name, user := range t.Users {
		all["user "+name] = properties{
			{"uid", id(user.UID)},
			{"group", user.Group},
			{"groups", strings.Join(user.Groups, " ")},
			{"home", user.Home},
			{"shell", plain(user.Shell)},
			{"password", user.HashedPassword},
		}
	}
	for name, group := range t.Groups {
		all["group "+name] = properties{{"gid", id(group.GID)}, {"members", strings.Join(strangers(t, group), " ")}}
	}
	return all
}

// strangers are the members of a group that are no declared users; those who are
// have the group among their own.
func strangers(t *toplevel.Toplevel, group toplevel.Group) []string {
	members := slices.Sorted(slices.Values(group.Members))
	return slices.DeleteFunc(members, func(name string) bool {
		_, ok := t.Users[name]
		return ok
	})
}

// properties are names and values, in the same order for everything of a kind.
type properties [][2]string

// differing compares two of a kind; one of them may be nil.
func differing(was, is properties) []AccountDetail {
	differences := []AccountDetail{}
	for i := range max(len(was), len(is)) {
		var detail AccountDetail
		if was != nil {
			detail.What, detail.Before = was[i][0], was[i][1]
		}
		if is != nil {
			detail.What, detail.After = is[i][0], is[i][1]
		}
		if detail.Before != detail.After {
			differences = append(differences, detail)
		}
	}
	return differences
}

// keepIDs marks the ids among the differences of an account that both have.
func keepIDs(differences []AccountDetail) {
	for i := range differences {
		differences[i].Ignored = differences[i].What == "uid" || differences[i].What == "gid"
	}
}

func id(n *int) string {
	if n == nil {
		return allocated
	}
	return strconv.Itoa(*n)
}
