package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// mergeText merges two descendants of a text as git does, and reports whether
// they do not conflict. https://git-scm.com/docs/git-merge-file
func mergeText(ctx context.Context, before, here, after []byte) (merged []byte, ok bool, err error) {
	dir, err := os.MkdirTemp("", "nixferry-merge-")
	if err != nil {
		return nil, false, fmt.Errorf("merging a file: free some space or set TMPDIR: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for name, text := range map[string][]byte{"before": before, "here": here, "after": after} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return nil, false, fmt.Errorf("merging a file: free some space or set TMPDIR: %w", err)
		}
	}
	merged, err = mergeFile(ctx, dir).Output()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return merged, true, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128:
		return nil, false, nil // so many conflicts
	}
	return nil, false, fmt.Errorf("merging a file with `git merge-file`: install git and put it on PATH: %w", err)
}

// mergeFile is git merging the files here and after of a directory, which
// come from before, to its standard output.
func mergeFile(ctx context.Context, dir string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", "merge-file", "--stdout", "--quiet", "here", "before", "after")
	cmd.Dir = dir
	return cmd
}
