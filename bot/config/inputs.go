package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/mail"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nixferry/nixferry/bot/channel"
)

// Inputs are all inputs, in the order of action.yml. The names follow
// update-flake-lock and create-pull-request where those have one.
var Inputs = []Input{
	{Name: "token", Secret: true, Help: "Token that pushes the branch and opens the pull request.", set: text(func(c *Config) *string { return &c.Token })},
	{Name: "flake", Default: ".", Help: "Directory of the flake, or several, one a line.", set: setFlakes},
	{Name: "channel", Default: "nixos-unstable", Help: "Where nixpkgs moves: nixos-unstable, nixos-unstable-small, nixpkgs-unstable, nixos-YY.MM or a full revision.", set: setChannel},
	{Name: "hosts", Default: "*", Help: "Hosts to judge: globs, `!` excludes.", set: setHosts},
	{Name: "systems", Help: "Systems this runner may build; what Nix says when empty.", set: list(func(c *Config) *[]string { return &c.Systems })},
	{Name: "depth", Default: Build, Help: "`build`, or `eval` to stop after evaluation.", set: oneOf(func(c *Config) *string { return &c.Depth }, Build, Eval)},
	{Name: "companions", Default: "auto", Help: "`auto`, `off`, or lines `input=ref` for inputs that move with nixpkgs.", set: setCompanions},
	{Name: "also-update", Help: "Other inputs to relock.", set: list(func(c *Config) *[]string { return &c.AlsoUpdate })},
	{Name: "hold", Help: "Inputs that must not move.", set: list(func(c *Config) *[]string { return &c.Hold })},
	{Name: "base", Help: "Branch the pull request goes to; the one checked out when empty.", set: setBranch(func(c *Config) *string { return &c.Base })},
	{Name: "branch", Help: "The bot's branch; `nixferry/<channel>` when empty, with `-<directory>` for a single flake below the root.", set: setBranch(func(c *Config) *string { return &c.Branch })},
	{Name: "commit-message", Help: "Message of the bump commit; nixferry writes one when empty.", set: text(func(c *Config) *string { return &c.CommitMessage })},
	{Name: "git-author", Default: "nixferry[bot] <nixferry[bot]@users.noreply.github.com>", Help: "Author and committer, as `Name <address>`.", set: setAuthor},
	{Name: "commit-mode", Default: Git, Help: "`git`, or `api` to have GitHub make and sign the commits; then it chooses their author.", set: oneOf(func(c *Config) *string { return &c.CommitMode }, Git, API)},
	{Name: "signing-key", Secret: true, Help: "OpenSSH private key that signs the commits: ed25519 or RSA, without a passphrase.", set: setSigningKey},
	{Name: "push-to-fork", Help: "Repository to push the branch to, as `owner/name`; the one of the pull request when empty.", set: setFork},
	{Name: "pr-title", Help: "Title of the pull request; nixferry writes one when empty.", set: setTitle},
	{Name: "labels", Help: "Labels to add.", set: list(func(c *Config) *[]string { return &c.Labels })},
	{Name: "assignees", Help: "People to assign.", set: list(func(c *Config) *[]string { return &c.Assignees })},
	{Name: "reviewers", Help: "People asked to review.", set: list(func(c *Config) *[]string { return &c.Reviewers })},
	{Name: "team-reviewers", Help: "Teams asked to review, by slug.", set: list(func(c *Config) *[]string { return &c.TeamReviewers })},
	{Name: "draft", Default: Auto, Help: "`auto` for a draft until the merge gate holds, `never` or `always`.", set: oneOf(func(c *Config) *string { return &c.Draft }, Auto, Never, Always)},
	{Name: "merge-gate", Default: "no-regression", Help: "What has to hold before a merge: `no-regression`, `all` hosts green, or globs of those that have to be.", set: setMergeGate},
	{Name: "auto-merge", Default: Off, Help: "Have GitHub merge once the gate holds and its own rules do: `off`, `merge`, `squash` or `rebase`.", set: oneOf(func(c *Config) *string { return &c.AutoMerge }, Off, "merge", "squash", "rebase")},
	{Name: "cool-down", Default: "3d", Help: "How long a pull request that a person closed stays closed although the channel moves, such as 3d or 12h.", set: setTime(func(c *Config) *time.Duration { return &c.CoolDown })},
	{Name: "fail-on", Default: Never, Help: "End with status 3 on a `regression`, on `any` red host, or `never`.", set: oneOf(func(c *Config) *string { return &c.FailOn }, Never, Regression, Any)},
	{Name: "eval-workers", Default: "auto", Help: "Hosts evaluated at once; `auto` goes by cores and free memory.", set: setWorkers},
	{Name: "eval-memory", Default: "2G", Help: "Memory to plan for one evaluation, such as 1500M or 2G.", set: setMemory},
	{Name: "time-budget", Default: "5h30m", Help: "How long the run may take, such as 5h30m; what is known by then is published. 0 for no limit.", set: setTime(func(c *Config) *time.Duration { return &c.TimeBudget })},
	{Name: "nix-options", Help: "Nix settings for every command, one `name = value` a line.", set: setNixOptions},
	{Name: "cache-dir", Help: "What is known of toplevels that were built, kept from run to run; `nixferry` in the user's cache directory when empty.", set: text(func(c *Config) *string { return &c.CacheDir })},
	{Name: "report-dir", Help: "Where report.json and report.md are written; a temporary directory when empty.", set: text(func(c *Config) *string { return &c.ReportDir })},
}

// splitter parts a list: by commas, white space and lines, as people write it.
var splitter = regexp.MustCompile(`[\s,]+`)

func split(s string) []string { return splitter.Split(strings.TrimSpace(s), -1) }

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, s string) error { *field(c) = s; return nil }
}

func list(field func(*Config) *[]string) func(*Config, string) error {
	return func(c *Config, s string) error { *field(c) = split(s); return nil }
}

func oneOf(field func(*Config) *string, valid ...string) func(*Config, string) error {
	return func(c *Config, s string) error {
		for _, v := range valid {
			if s == v {
				*field(c) = s
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", s, strings.Join(valid, ", "))
	}
}

func setFlakes(c *Config, s string) error {
	for _, dir := range strings.Split(s, "\n") {
		if dir = strings.TrimSpace(dir); dir == "" {
			continue
		}
		clean := path.Clean(dir)
		if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return fmt.Errorf("%q is outside the repository; name it relative to the root", dir)
		}
		if !slices.Contains(c.Flakes, clean) {
			c.Flakes = append(c.Flakes, clean)
		}
	}
	return nil
}

// setTitle holds a title to what GitHub takes, in characters.
func setTitle(c *Config, s string) error {
	const most = 256
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Errorf("%d characters are too many; GitHub takes %d", n, most)
	}
	c.Title = s
	return nil
}

func setChannel(c *Config, s string) (err error) {
	c.Channel, err = channel.Parse(s)
	return err
}

func setHosts(c *Config, s string) (err error) {
	c.Hosts, err = ParseGlobs(split(s))
	return err
}

// setCompanions reads lines: `auto` or `off` for all that nixferry knows, and
// `input=ref` for single inputs beside that.
func setCompanions(c *Config, s string) error {
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" || line == "auto" {
			continue
		}
		if line == "off" {
			c.Companions.Off = true
			continue
		}
		name, ref, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return fmt.Errorf("%q is neither `auto`, `off` nor `input=ref`", line)
		}
		if c.Companions.Refs == nil {
			c.Companions.Refs = map[string]string{}
		}
		c.Companions.Refs[name] = strings.TrimSpace(ref)
	}
	return nil
}

// refName is a conservative reading of git-check-ref-format: what GitHub and
// go-git both take, and nothing that needs quoting anywhere.
var refName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*(/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$`)

func setBranch(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, s string) error {
		s = strings.TrimPrefix(s, "refs/heads/")
		if !refName.MatchString(s) || strings.Contains(s, "..") || strings.HasSuffix(s, ".lock") || strings.HasSuffix(s, ".") {
			return fmt.Errorf("%q is no branch name; use letters, digits, `-`, `_`, `.` and `/`", s)
		}
		*field(c) = s
		return nil
	}
}

func setAuthor(c *Config, s string) error {
	open, end := strings.LastIndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if open < 1 || end != len(s)-1 {
		return fmt.Errorf("%q is not of the form `Name <address>`", s)
	}
	name, address := strings.TrimSpace(s[:open]), s[open+1:end]
	// GitHub's bot addresses hold brackets, which RFC 5322 has only in quotes.
	if _, err := mail.ParseAddress(strings.NewReplacer("[", "", "]", "").Replace(address)); err != nil || name == "" || strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("%q is not of the form `Name <address>`", s)
	}
	c.Author = Author{Name: name, Email: address}
	return nil
}

func setWorkers(c *Config, s string) error {
	if s == "auto" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 256 {
		return fmt.Errorf("%q is neither `auto` nor a number from 1 to 256", s)
	}
	c.EvalWorkers = n
	return nil
}

// units are the suffixes of sizes, as powers of 1024, as systemd reads them.
var units = map[byte]int64{'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}

func setMemory(c *Config, s string) error {
	number, unit := s, int64(1)
	if u, ok := units[s[len(s)-1]&^0x20]; ok {
		number, unit = s[:len(s)-1], u
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size; write 1500M or 2G", s)
	}
	c.EvalMemory = n * unit
	return nil
}

// days are what time.ParseDuration does not know.
var days = regexp.MustCompile(`^([0-9]{1,4})d(.*)$`)

func setTime(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, s string) error {
		rest, whole := s, time.Duration(0)
		if part := days.FindStringSubmatch(s); part != nil {
			n, _ := strconv.Atoi(part[1]) // four digits: cannot go wrong
			rest, whole = cmp.Or(part[2], "0"), time.Duration(n)*24*time.Hour
		}
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 || more > math.MaxInt64-whole {
			return fmt.Errorf("%q is no time; write 90m, 5h30m or 3d", s)
		}
		*field(c) = whole + more
		return nil
	}
}

// setSigningKey looks at the shape alone, and never says what was given.
func setSigningKey(c *Config, s string) error {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if !strings.HasPrefix(s, "-----BEGIN OPENSSH PRIVATE KEY-----\n") || !strings.HasSuffix(s, "\n-----END OPENSSH PRIVATE KEY-----") {
		return errors.New("this is no OpenSSH private key; give the whole text of a file that `ssh-keygen -t ed25519` made")
	}
	c.SigningKey = s + "\n"
	return nil
}

// fork is owner/name in what GitHub lets accounts and repositories be called.
// https://docs.github.com/rest/repos/repos#create-a-repository-for-the-authenticated-user
var fork = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)

func setFork(c *Config, s string) error {
	if _, name, _ := strings.Cut(s, "/"); !fork.MatchString(s) || strings.Trim(name, ".") == "" {
		return fmt.Errorf("%q is not of the form `owner/name`", s)
	}
	c.Fork = s
	return nil
}

func setNixOptions(c *Config, s string) error {
	c.NixOptions = map[string]string{}
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return fmt.Errorf("%q is not of the form `name = value`", line)
		}
		if name == "accept-flake-config" {
			return errors.New("accept-flake-config stays off: a flake must not choose its own substituters; set those here instead")
		}
		c.NixOptions[name] = strings.TrimSpace(value)
	}
	return nil
}
