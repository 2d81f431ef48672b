package toplevel

import (
	"encoding/json"
	"slices"
	"strings"
)

// An accountList is users-groups.json, and userborn.json, which has less.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/config/users-groups.nix
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/services/system/userborn.nix
type accountList struct {
	MutableUsers *bool `json:"mutableUsers"`
	Users        []struct {
		Name               string  `json:"name"`
		UID                *int    `json:"uid"`
		Group              string  `json:"group"`
		Home               string  `json:"home"`
		Shell              string  `json:"shell"`
		Password           *string `json:"password"`
		HashedPassword     *string `json:"hashedPassword"`
		HashedPasswordFile *string `json:"hashedPasswordFile"`
		PasswordFile       *string `json:"passwordFile"`
	} `json:"users"`
	Groups []struct {
		Name    string   `json:"name"`
		GID     *int     `json:"gid"`
		Members []string `json:"members"`
	} `json:"groups"`
}

// accounts fills in users and groups from the list that the activation script
// names, or the one that the unit of userborn does.
func (r *reader) accounts(t *Toplevel, activate string) {
	list := storePath(activate, "-users-groups.json")
	mutable := true
	if u := t.Units["userborn.service"]; u != nil {
		t.Userborn = true
		list = storePath(strings.Join(u.Sections["Service"]["ExecStart"], "\n"), "-userborn.json")
		mutable = userbornMutable(u)
	}
	t.Users, t.Groups, t.MutableUsers = parseAccounts(r.text(list), mutable)
}

// userbornMutable says whether accounts made on the machine stay: newer units
// say so, older ones mount the files read-only where they do not.
func userbornMutable(u *Unit) bool {
	for _, value := range u.Sections["Service"]["Environment"] {
		if _, setting, ok := strings.Cut(value, "USERBORN_MUTABLE_USERS="); ok {
			return strings.HasPrefix(setting, "true")
		}
	}
	return !strings.Contains(strings.Join(u.Sections["Service"]["ExecStartPost"], "\n"), "--bind -o ro")
}

// parseAccounts reads a list of accounts; nothing for what is no such list. What
// the list does not say of mutable users is as given.
func parseAccounts(text string, mutable bool) (map[string]User, map[string]Group, bool) {
	var list accountList
	if json.Unmarshal([]byte(text), &list) != nil || list.Users == nil {
		return nil, nil, false
	}
	users, groups := map[string]User{}, map[string]Group{}
	for _, u := range list.Users {
		password := ""
		switch {
		case u.HashedPasswordFile != nil || u.PasswordFile != nil:
			password = "file"
		case u.HashedPassword != nil:
			password = "hash"
		case u.Password != nil:
			password = "plain"
		}
		users[u.Name] = User{UID: u.UID, Group: u.Group, Home: u.Home, Shell: u.Shell, HashedPassword: password}
	}
	for _, g := range list.Groups {
		slices.Sort(g.Members)
		g.Members = slices.Compact(g.Members)
		groups[g.Name] = Group{GID: g.GID, Members: g.Members}
		for _, name := range g.Members {
			if u, ok := users[name]; ok {
				u.Groups = append(u.Groups, g.Name)
				users[name] = u
			}
		}
	}
	for _, u := range users {
		slices.Sort(u.Groups)
	}
	if list.MutableUsers != nil {
		mutable = *list.MutableUsers
	}
	return users, groups, mutable
}

// storePath gives the first path in the store with a name that ends as given and
// that a text has in it, or "".
func storePath(text, suffix string) string {
	before, _, ok := strings.Cut(text, suffix)
	start := strings.LastIndex(before, "/"+store)
	if !ok || start < 0 {
		return ""
	}
	return before[start:] + suffix
}
