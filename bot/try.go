package bot

import (
	"context"
	"fmt"
	"io"
	"path"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/report"
)

// Files are where a report goes besides the terminal; "-" is standard output,
// which then holds nothing else.
type Files struct{ JSON, Markdown string }

// Try is the flow on the flake in dir, without GitHub. Nothing in its
// repository is touched; what is judged is the commit that is checked out.
func Try(ctx context.Context, w World, cfg config.Config, dir string, files Files) error {
	if len(cfg.Flakes) > 1 && (files.JSON != "" || files.Markdown != "") {
		return fmt.Errorf("choosing where the report goes: %d flakes have a report each: set `report-dir`: %w", len(cfg.Flakes), config.ErrUsage)
	}
	checkout, err := openClean(dir)
	if err != nil {
		return err
	}
	base, branch, err := checkout.Head()
	if err != nil {
		return err
	}
	cli, err := nix.Open(ctx, w.options(cfg))
	if err != nil {
		return err
	}
	f := fleet{world: w, cfg: cfg, cli: cli, checkout: checkout, base: base, progress: newProgress(w)}
	var dirs []string
	for _, flake := range cfg.Flakes {
		dirs = append(dirs, path.Join(checkout.Prefix(), flake))
	}
	results, err := f.crossAll(ctx, dirs, func(c *crossing) (report.Report, error) {
		c.baseName = branch
		return c.try(ctx)
	})
	if told := files.write(w, cfg, results); err == nil {
		err = told
	}
	return err
}

// try is ferry without GitHub.
func (c *crossing) try(ctx context.Context) (report.Report, error) {
	b, head, err := c.head(ctx)
	if err != nil {
		return report.Report{}, err
	}
	if head == "" {
		return c.quiet(b, head, c.still(b, "the flake")), nil
	}
	return c.judge(ctx, b, head)
}

// write puts the reports where the user wants them.
func (files Files) write(w World, cfg config.Config, results []result) error {
	if files.JSON != "-" && files.Markdown != "-" {
		printReports(w, results)
	}
	failed := error(nil)
	for _, r := range results {
		if err := emit(w, files.JSON, func(out io.Writer) error { return report.WriteJSON(out, r.report) }); err != nil {
			return err
		}
		if err := emit(w, files.Markdown, func(out io.Writer) error {
			_, err := io.WriteString(out, report.Markdown(r.report, bodyBudget))
			return err
		}); err != nil {
			return err
		}
		if red(r.report, cfg.FailOn) {
			failed = ErrRed
		}
	}
	return failed
}

func emit(w World, path string, write func(io.Writer) error) error {
	switch path {
	case "":
		return nil
	case "-":
		return write(w.Stdout)
	}
	return writeFile(path, write)
}
