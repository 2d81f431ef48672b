package report

import "fmt"

// renames are the renamed options, each with the hosts and places that use it.
func (r Report) renames() []entry { return r.fold(true) }

// renameCount says how many renamed options there are, "" for none.
func (r Report) renameCount() string {
	n := len(r.renames())
	if n == 0 {
		return ""
	}
	return count(n, "renamed option") + " to change, not urgent"
}

// renameRows list the renamed options.
func (r Report) renameRows() block {
	all := block{bullet: "- ", close: "\n"}
	for _, e := range r.renames() {
		text := fmt.Sprintf("- %s is now %s", code(e.Option), code(e.Replacement))
		if len(e.places) > 0 {
			text += ": " + r.where(e)
		}
		all.items = append(all.items, item{rankWarning, "renamed option", text + " (" + r.names(e.hosts, inline) + ")\n"})
	}
	return all
}

// renames writes the renamed options.
func (s *screen) renames(r Report) {
	all := r.renames()
	if len(all) == 0 {
		return
	}
	s.heading("Renamed options, not urgent")
	s.line("")
	for _, e := range all {
		s.wrapped("  ", fmt.Sprintf("%s is now %s (%s)", oneLine(e.Option), oneLine(e.Replacement), r.names(e.hosts, oneLine)))
		s.places(e)
	}
	s.line("")
}
