package github

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (r *repository) ref(name string) object {
	sha := r.refs[name]
	return object{
		"ref": name, "node_id": "REF_" + name, "url": r.api("git", name),
		"object": object{"type": "commit", "sha": sha, "url": r.api("git", "commits", sha)},
	}
}

func getRef(c *call) (any, error) {
	name := "refs/" + c.params["ref"]
	if c.repo.refs[name] == "" {
		return nil, errNotFound
	}
	return c.repo.ref(name), nil
}

func listMatchingRefs(c *call) (any, error) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.repo.refs)) {
		if strings.HasPrefix(name, "refs/"+c.params["ref"]) {
			names = append(names, name)
		}
	}
	return views(names, c.repo.ref), nil
}

var errNoRef = unprocessable("Reference does not exist")

func createRef(c *call) (any, error) {
	var asked struct{ Ref, SHA string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if c.repo.refs[asked.Ref] != "" {
		return nil, unprocessable("Reference already exists")
	}
	if err := c.mayCreate(asked.Ref); err != nil {
		return nil, err
	}
	return c.moveRef(asked.Ref, asked.SHA)
}

// mayCreate checks the name of a ref that is not there yet.
func (c *call) mayCreate(name string) error {
	if strings.Count(name, "/") < 2 || !strings.HasPrefix(name, "refs/") {
		return unprocessable("Reference name must start with 'refs/' and contain at least two slashes")
	}
	if _, err := c.repo.git("check-ref-format", name); err != nil {
		return unprocessable("Reference name is invalid")
	}
	return nil
}

func updateRef(c *call) (any, error) {
	var asked struct {
		SHA   string
		Force bool
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	name := "refs/" + c.params["ref"]
	if err := c.mayUpdate(name, asked.SHA, asked.Force); err != nil {
		return nil, err
	}
	return c.moveRef(name, asked.SHA)
}

// mayUpdate checks that a ref is there and, without force, loses no commits.
func (c *call) mayUpdate(name, to string, force bool) error {
	if c.repo.refs[name] == "" {
		return errNoRef
	}
	sha := c.repo.object(to, "commit")
	if sha == "" || force {
		return nil
	}
	lost, err := c.repo.ahead(sha, c.repo.refs[name])
	if err == nil && lost > 0 {
		err = unprocessable("Update is not a fast forward")
	}
	return err
}

// moveRef lets a ref point to a commit, and the pull requests follow.
func (c *call) moveRef(name, sha string) (any, error) {
	if len(sha) != len(emptyTree) || c.repo.object(sha, "commit") == "" {
		return nil, unprocessable("Object does not exist")
	}
	if err := c.repo.mayMove(refUpdate{cmp.Or(c.repo.refs[name], noObject), sha, name}); err != nil {
		return nil, err
	}
	if _, err := c.repo.git("update-ref", name, sha); err != nil {
		return nil, err
	}
	if err := c.repo.sync(); err != nil {
		return nil, err
	}
	return c.repo.ref(name), nil
}

func deleteRef(c *call) (any, error) {
	name := "refs/" + c.params["ref"]
	if c.repo.refs[name] == "" {
		return nil, errNoRef
	}
	if err := c.repo.mayMove(refUpdate{c.repo.refs[name], noObject, name}); err != nil {
		return nil, err
	}
	if _, err := c.repo.git("update-ref", "-d", name); err != nil {
		return nil, err
	}
	return reply{http.StatusNoContent, nil}, c.repo.sync()
}
