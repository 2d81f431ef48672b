package sqlite

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An entry is a row of the schema, which is a table on page 1.
type entry struct {
	kind, name, table, sql string
	root                   uint32
}

func (s *Snapshot) readSchema() error {
	schema := Table{pager: &s.pager, root: 1, columns: 5}
	return schema.each(1, &walk{pages: s.count}, func(r *Record) error {
		text := func(i int) string {
			t, _ := r.Text(i)
			return string(t)
		}
		root, _ := r.Int(3)
		s.schema = append(s.schema, entry{kind: text(0), name: text(1), table: text(2), sql: text(4), root: uint32(root)})
		return nil
	})
}

// Table opens a table whose rows have these columns. They become the columns
// 0, 1, … of its records. The column that is the rowid is not among them.
func (s *Snapshot) Table(name string, columns ...string) (*Table, error) {
	table, def, err := s.table(name)
	if err != nil {
		return nil, err
	}
	t := newTable(&s.pager, table.root)
	t.record.places = make([]int, len(columns))
	for i, column := range columns {
		t.record.places[i] = slices.Index(def.columns, strings.ToLower(column))
		if t.record.places[i] < 0 {
			return nil, fmt.Errorf("reading %s: table %s has no column %s", s.file, name, column)
		}
		t.columns = max(t.columns, t.record.places[i]+1)
	}
	return t, nil
}

// Index opens the index that a UNIQUE or PRIMARY KEY constraint of a table has
// over exactly these columns. They are the columns of its records, and the
// rowid is one more.
func (s *Snapshot) Index(table string, columns ...string) (*Index, error) {
	_, def, err := s.table(table)
	if err != nil {
		return nil, err
	}
	wanted := strings.ToLower(strings.Join(columns, ","))
	name := "sqlite_autoindex_" + table + "_" + strconv.Itoa(slices.Index(def.unique, wanted)+1)
	for _, e := range s.schema {
		if e.kind == "index" && e.table == table && e.name == name {
			return newIndex(&s.pager, e.root, len(columns)+1), nil
		}
	}
	return nil, fmt.Errorf("reading %s: table %s has no index over %s", s.file, table, wanted)
}

func (s *Snapshot) table(name string) (entry, definition, error) {
	for _, e := range s.schema {
		if e.kind == "table" && e.name == name {
			def, err := parseTable(e.sql)
			if err != nil {
				return e, def, fmt.Errorf("reading %s: table %s: %w", s.file, name, err)
			}
			return e, def, nil
		}
	}
	return entry{}, definition{}, fmt.Errorf("reading %s: it has no table %s", s.file, name)
}

// A definition is what a CREATE TABLE says, in small letters.
type definition struct {
	columns []string
	// unique are the constraints that come with an index, in its number's
	// order, as columns with commas between.
	unique []string
}

var (
	comment   = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	statement = regexp.MustCompile(`^create table \w+ ?\((.*)\)$`)
	// unknown is whatever has another order, other places, or other names.
	unknown = regexp.MustCompile("[\"'`\\[]|\\b(collate|desc|generated|as|conflict)\\b")
	// part is one of a table's parts, which commas part.
	part     = regexp.MustCompile(`(?:[^,()]|\([^()]*\))+`)
	key      = regexp.MustCompile(`^(?:constraint \w+ )?(?:primary key|unique) ?\(([^()]*)\)$`)
	foreign  = regexp.MustCompile(`^(?:constraint|foreign|check)\b`)
	isRowid  = regexp.MustCompile(`^\w+ integer primary key\b`)
	isUnique = regexp.MustCompile(`\b(?:unique|primary key)\b`)
)

// parseTable understands what Nix has created its tables with since 2012, and
// not much more.
func parseTable(sql string) (definition, error) {
	sql = strings.ToLower(strings.Join(strings.Fields(comment.ReplaceAllString(sql, " ")), " "))
	body := statement.FindStringSubmatch(sql)
	if body == nil || unknown.MatchString(sql) {
		return definition{}, fmt.Errorf("its definition is not understood: %.200s", sql)
	}
	var d definition
	for _, text := range part.FindAllString(body[1], -1) {
		text = strings.TrimSpace(text)
		name, _, _ := strings.Cut(text, " ")
		if columns := key.FindStringSubmatch(text); columns != nil {
			d.unique = append(d.unique, strings.ReplaceAll(columns[1], " ", ""))
		} else if !foreign.MatchString(text) {
			d.columns = append(d.columns, name)
			if isUnique.MatchString(text) && !isRowid.MatchString(text) {
				d.unique = append(d.unique, name)
			}
		}
	}
	return d, nil
}
