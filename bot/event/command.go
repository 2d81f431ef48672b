package event

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nixferry/nixferry/bot/channel"
)

// A Command is what one line of a comment asks for.
type Command struct {
	// Verb says what to do, in lower case, and Args with what: names of the
	// allowed form, and existing ones where that was known. Both are empty when
	// there is a Problem.
	Verb string
	Args []string
	// Problem is what is wrong with the line as a sentence of plain text, with
	// what was written in quotes; empty when all is well.
	Problem string
	// Nearest is the valid form that comes nearest to the line, empty when there
	// is no Problem. From a comment it begins with the prefix.
	Nearest string
}

// Known are the names that exist. Those of a nil list are not checked.
type Known struct{ Hosts, Inputs []string }

const (
	maxCommands  = 20
	maxArguments = 20
	maxName      = 100 // characters
	maxQuoted    = 40  // characters
)

// Commands are what a comment asks for, in its order: the lines that begin with
// the prefix, wherever GitHub shows them as its author's own words, and not in
// code, quotes or HTML. The comment may be as long and as hostile as GitHub
// lets it be.
func Commands(body, prefix string, known Known) (commands []Command) {
	marker := strings.Fields(prefix)
	if len(marker) == 0 || !strings.Contains(body, marker[0]) {
		return nil // as most comments, at no cost
	}
	for _, line := range lines(body) {
		words := strings.Fields(line)
		if len(words) < len(marker) || !slices.Equal(words[:len(marker)], marker) {
			continue
		}
		words = words[len(marker):]
		if len(words) > 0 && !printable(words[0]) {
			continue
		}
		c := parse(words, known)
		if len(commands) == maxCommands {
			c = Command{Problem: fmt.Sprintf("A comment holds at most %d commands, those behind it were not read.", maxCommands), Nearest: "help"}
		}
		if c.Problem != "" {
			c.Nearest = strings.Join(marker, " ") + " " + c.Nearest
		}
		if commands = append(commands, c); len(commands) > maxCommands {
			break
		}
	}
	return commands
}

// ParseLine reads a command as [Command.String] writes it.
func ParseLine(line string) (Command, error) {
	c := parse(strings.Fields(line), Known{})
	if c.Problem != "" {
		return Command{}, fmt.Errorf("reading the command: %s: write it as `%s`", strings.TrimSuffix(c.Problem, "."), c.Nearest)
	}
	return c, nil
}

// String is the command's canonical line, without a prefix.
func (c Command) String() string { return strings.Join(append([]string{c.Verb}, c.Args...), " ") }

// parse reads the words of a command.
func parse(words []string, known Known) Command {
	if len(words) == 0 {
		return Command{Problem: "The line names no command.", Nearest: "help"}
	}
	verb, args := strings.ToLower(words[0]), words[1:]
	i := slices.IndexFunc(forms, func(f form) bool { return f.verb == verb })
	if i < 0 {
		return Command{Problem: fmt.Sprintf("There is no command %s.", quote(words[0])), Nearest: nearestForm(verb).correct(args, known)}
	}
	read, problem := forms[i].read(args, known)
	if problem != "" {
		return Command{Problem: problem, Nearest: forms[i].correct(args, known)}
	}
	return Command{Verb: verb, Args: read}
}

// read checks the arguments of a command, and gives their canonical form.
func (f form) read(args []string, known Known) (read []string, problem string) {
	switch low, high := f.count(); {
	case len(args) < low:
		return nil, fmt.Sprintf("There are too few arguments for %q.", f.verb)
	case len(args) > high:
		return nil, fmt.Sprintf("There are too many arguments for %q.", f.verb)
	}
	for i, word := range args {
		arg, problem := f.takes[min(i, len(f.takes)-1)].read(word, known)
		if problem != "" {
			return nil, problem
		}
		read = append(read, arg)
	}
	return read, ""
}

// read checks one argument, and gives its canonical form.
func (k kind) read(word string, known Known) (arg, problem string) {
	if k == target {
		c, err := channel.Parse(word)
		switch {
		case word == lastGood:
			return word, ""
		case err != nil:
			return "", fmt.Sprintf("%s is no revision of 40 hex digits, no channel and not %s.", quote(word), lastGood)
		}
		return c.Name, ""
	}
	names := k.names(known)
	switch {
	case !nameable(word):
		return "", fmt.Sprintf("No %s can be called %s here.", strings.ToLower(string(k)), quote(word))
	case names != nil && !slices.Contains(names, word):
		return "", fmt.Sprintf("There is no %s called %s.", strings.ToLower(string(k)), quote(word))
	}
	return word, ""
}

// unnameable are the printable characters that no name may hold: those that end
// or bend a string in Nix or a shell, and what Markdown shows as something else.
const unnameable = "\"'`$\\<>&\ufffd“”‘’«»"

// nameable reports whether a name is of the form that names of hosts, inputs
// and packages may have in a comment. It never looks like an option.
func nameable(word string) bool {
	return printable(word) && !strings.ContainsAny(word, unnameable+" ") && !strings.HasPrefix(word, "-") &&
		word != "" && utf8.RuneCountInString(word) <= maxName
}

func printable(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// quote is a word in quotes, all of it visible and not too long.
func quote(word string) string {
	if runes := []rune(word); len(runes) > maxQuoted {
		word = string(runes[:maxQuoted]) + "…"
	}
	return strconv.Quote(word)
}
