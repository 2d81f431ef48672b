package bot

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"
	"golang.org/x/sys/unix"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// ErrDirty marks a working tree with uncommitted changes.
var ErrDirty = errors.New("nothing was changed")

const (
	// fileBudget is what report.md may hold, in characters.
	fileBudget = 900_000
	// summaryLimit is what GitHub takes of a step's summary, in bytes: one that
	// is longer is dropped whole.
	// https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#step-isolation-and-limits
	summaryLimit = 1 << 20
)

// writeReport puts report.json and report.md into the report directory.
func writeReport(dir string, r report.Report) error {
	return errors.Join(
		writeFile(filepath.Join(dir, "report.json"), func(w io.Writer) error { return report.WriteJSON(w, r) }),
		writeFile(filepath.Join(dir, "report.md"), func(w io.Writer) error {
			_, err := io.WriteString(w, report.Markdown(r, fileBudget))
			return err
		}),
	)
}

// writeFile writes a file through write, whole or not at all. One that is there
// keeps its mode.
func writeFile(path string, write func(io.Writer) error) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".nixferry-")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(file.Name())
	err = errors.Join(write(file), file.Chmod(mode), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// publishResult tells the job what came of the run: its log, its summary and
// its outputs.
func publishResult(w World, cfg config.Config, r result) error {
	if r.dir == "" {
		return nil
	}
	printReport(w, r)
	action := w.action()
	if w.inActions() {
		annotate(action, r.report.Annotations())
	}
	summarise, err := w.takes("GITHUB_STEP_SUMMARY")
	if err != nil {
		return err
	}
	if summarise {
		action.AddStepSummary(report.Summary(r.report, summaryRoom(w.Getenv("GITHUB_STEP_SUMMARY"))) + "\n")
	}
	output, err := w.takes("GITHUB_OUTPUT")
	if err != nil {
		return err
	}
	if output {
		for _, out := range outputs(r) {
			setOutput(action, out.name, out.value)
		}
	}
	if red(r.report, cfg.FailOn) {
		return ErrRed
	}
	return nil
}

// inActions reports whether this is a step of a workflow.
func (w World) inActions() bool { return w.Getenv("GITHUB_ACTIONS") == "true" }

func (w World) action() *githubactions.Action {
	return githubactions.New(githubactions.WithWriter(w.Stdout), githubactions.WithGetenv(w.Getenv))
}

// annotate puts findings on the lines of the owner's files they are about.
func annotate(action *githubactions.Action, all []report.Annotation) {
	for _, a := range all {
		fields := map[string]string{"title": a.Title}
		if a.File != "" {
			fields["file"] = a.File
		}
		if a.Line > 0 {
			fields["line"] = strconv.Itoa(a.Line)
		}
		if a.Column > 0 {
			fields["col"] = strconv.Itoa(a.Column)
		}
		on := action.WithFieldsMap(fields)
		if a.Level == "error" {
			on.Errorf("%s", a.Message)
		} else {
			on.Warningf("%s", a.Message)
		}
	}
}

// takes reports whether the job takes something in the file that a variable
// names; githubactions panics where it cannot write there.
func (w World) takes(variable string) (bool, error) {
	path := w.Getenv(variable)
	if path == "" {
		return false, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return false, fmt.Errorf("telling the job what came of the run: see that %s names a file that can be written: %w", variable, err)
	}
	return true, file.Close()
}

// summaryRoom is what fits into a step's summary beside what the step wrote
// there before, in bytes.
func summaryRoom(path string) int {
	room := int64(summaryLimit - len("\n\n"))
	if info, err := os.Stat(path); err == nil {
		room -= info.Size()
	}
	return int(max(0, room))
}

// setOutput sets an output whose value is ours but for the names of hosts: one
// that holds the delimiter of the runner's file format is left out.
func setOutput(action *githubactions.Action, name, value string) {
	if strings.Contains(value, "_GitHubActionsFileCommandDelimeter_") {
		value = ""
	}
	action.SetOutput(name, value)
}

// An output is one of the action's outputs.
type output struct{ name, value string }

// outputs are the action's outputs, in the order of [Outputs].
func outputs(r result) []output {
	number, p := "", report.Pull{Operation: "none"}
	if r.report.Pull != nil {
		p = *r.report.Pull
	}
	if p.Number > 0 {
		number = strconv.Itoa(p.Number)
	}
	verdicts := map[string]verdict.Verdict{}
	var failed []string
	for _, h := range r.report.Hosts {
		verdicts[h.Name] = h.Verdict
		if h.Verdict.Red() {
			failed = append(failed, h.Name)
		}
	}
	hosts, _ := json.Marshal(verdicts) // strings only: cannot go wrong
	values := []string{
		number, p.URL, p.Operation, p.Branch, r.report.Head.Rev,
		r.report.Head.Nixpkgs.Rev, fleetVerdict(r.report), string(hosts), strings.Join(failed, "\n"), r.dir,
	}
	var all []output
	for i, name := range Outputs {
		all = append(all, output{name, values[i]})
	}
	return all
}

// Outputs are the names of the action's outputs, as in action.yml.
var Outputs = []string{
	"pull-request-number", "pull-request-url", "pull-request-operation", "branch", "head-sha",
	"channel-revision", "verdict", "hosts", "failed-hosts", "report",
}

// printReport prints the report for a person. It holds text of others, so that
// GitHub is told not to look for workflow commands in it.
func printReport(w World, r result) {
	token := fmt.Sprintf("nixferry-%d", w.Now().UnixNano())
	actions := w.inActions()
	if actions {
		fmt.Fprintf(w.Stdout, "::stop-commands::%s\n", token)
	}
	// What cannot be shown still stands in the report directory.
	_ = report.Terminal(w.Stdout, r.report, w.terminal())
	fmt.Fprintf(w.Stdout, "\nreport: %s\n", r.dir)
	if p := r.report.Pull; p != nil && p.URL != "" {
		fmt.Fprintf(w.Stdout, "pull request: %s (%s)\n", p.URL, p.Operation)
	}
	if actions {
		fmt.Fprintf(w.Stdout, "::%s::\n", token)
	}
}

// terminal is how wide and colourful the output may be: as wide as COLUMNS or
// the terminal says, and coloured on a terminal only (https://no-color.org).
func (w World) terminal() report.Options {
	const usual = 100
	out, ok := w.Stdout.(*os.File)
	columns, err := strconv.Atoi(w.Getenv("COLUMNS"))
	if !ok {
		return report.Options{Width: cmp.Or(columns, usual)}
	}
	size, notTerminal := unix.IoctlGetWinsize(int(out.Fd()), unix.TIOCGWINSZ)
	if notTerminal == nil && err != nil {
		columns = int(size.Col)
	}
	return report.Options{
		Width: cmp.Or(columns, usual),
		Color: notTerminal == nil && w.Getenv("NO_COLOR") == "" && w.Getenv("TERM") != "dumb",
	}
}
