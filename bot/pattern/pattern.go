// Package pattern holds regular expressions that are compiled when they are
// first used: reading logs takes a hundred of them, and most commands read no
// log.
package pattern

import (
	"regexp"
	"sync"
)

// A Pattern gives its expression, compiled.
type Pattern func() *regexp.Regexp

// New is the pattern of an expression in RE2's syntax, in which a mistake
// panics at the first use.
func New(expression string) Pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
