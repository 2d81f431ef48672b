package github

import (
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

// errProtected is what the API says where a push would hear GH006.
var errProtected = unprocessable("Changes must be made through a pull request.")

// mayMove checks that a ref exists, when it should, and is not protected.
func (c *call) mayMove(name string) error {
	if c.repo.refs[name] == "" {
		return unprocessable("Reference does not exist")
	}
	if (refUpdate{ref: name}).touches(c.repo.settings.Protected) {
		return errProtected
	}
	return nil
}

func createRef(c *call) (any, error) {
	var asked struct{ Ref, SHA string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if strings.Count(asked.Ref, "/") < 2 || !strings.HasPrefix(asked.Ref, "refs/") {
		return nil, unprocessable("Reference name must start with 'refs/' and contain at least two slashes")
	}
	if _, err := c.repo.git("check-ref-format", asked.Ref); err != nil {
		return nil, unprocessable("Reference name is invalid")
	}
	if c.repo.refs[asked.Ref] != "" {
		return nil, unprocessable("Reference already exists")
	}
	return c.moveRef(asked.Ref, asked.SHA)
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
	if err := c.mayMove(name); err != nil {
		return nil, err
	}
	if sha := c.repo.object(asked.SHA, "commit"); sha != "" && !asked.Force {
		lost, err := c.repo.ahead(sha, c.repo.refs[name])
		if err != nil {
			return nil, err
		}
		if lost > 0 {
			return nil, unprocessable("Update is not a fast forward")
		}
	}
	return c.moveRef(name, asked.SHA)
}

// moveRef lets a ref point to a commit, and the pull requests follow.
func (c *call) moveRef(name, sha string) (any, error) {
	if len(sha) != len(emptyTree) || c.repo.object(sha, "commit") == "" {
		return nil, unprocessable("Object does not exist")
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
	if err := c.mayMove(name); err != nil {
		return nil, err
	}
	if _, err := c.repo.git("update-ref", "-d", name); err != nil {
		return nil, err
	}
	return reply{http.StatusNoContent, nil}, c.repo.sync()
}
