package bot

import (
	"context"
	"errors"
	"io"
	"path"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/report"
)

// bodyBudget is how long Markdown for a pull request is at most, in characters.
const bodyBudget = 60_000

// Files are where a report goes besides the terminal; "-" is standard output,
// which then holds nothing else.
type Files struct{ JSON, Markdown string }

// Try is the flow on the flake in dir, without GitHub. Nothing in its
// repository is touched; what is judged is the commit that is checked out.
func Try(ctx context.Context, w World, cfg config.Config, dir string, files Files) error {
	checkout, err := openClean(dir)
	if err != nil {
		return err
	}
	base, branch, err := checkout.Head()
	if err != nil {
		return err
	}
	p := newProgress(w)
	cli, err := nix.Open(ctx, w.options(cfg, p))
	if err != nil {
		return err
	}
	c := crossing{world: w, cfg: cfg, nix: cli, base: base, baseName: branch, progress: p, trial: true}
	for _, flake := range cfg.Flakes {
		c.dirs = append(c.dirs, path.Join(checkout.Prefix(), flake))
	}
	r, err := c.cross(checkout, func() (report.Report, error) { return c.try(ctx) })
	if told := files.write(w, cfg, r); err == nil {
		err = told
	}
	return err
}

// try is ferry without GitHub.
func (c *crossing) try(ctx context.Context) (report.Report, error) {
	all, head, err := c.head(ctx)
	if err != nil {
		return report.Report{}, err
	}
	if head == "" {
		return c.quiet(all, head, all.still("the flake", c.cfg.Channel.Name)), errors.Join(all.refused()...)
	}
	r, err := c.judge(ctx, all, head)
	return r, errors.Join(append(all.refused(), err)...)
}

// write puts the report where the user wants it.
func (files Files) write(w World, cfg config.Config, r result) error {
	if r.dir == "" {
		return nil
	}
	if files.JSON != "-" && files.Markdown != "-" {
		printReport(w, r)
	}
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
		return ErrRed
	}
	return nil
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
