package pull

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/bot/lifecycle"
)

// GitHub's sentences about labels.
const (
	saysLabelExists = "already_exists"
	saysNoLabel     = "label does not exist"
)

// label adds the labels the pull request does not have. Others' labels stay.
// GitHub makes labels that the repository does not know yet.
func (c *Client) label(ctx context.Context, pull *Pull, labels []string) error {
	var missing []string
	for _, label := range labels {
		if !has(pull.Labels, label) {
			missing = append(missing, label)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return c.settle(ctx, fmt.Sprintf("labelling pull request #%d", pull.Number), func(ctx context.Context) error {
		_, _, err := c.api.Issues.AddLabelsToIssue(ctx, c.owner, c.repo, pull.Number, missing)
		return err
	})
}

// SetLabels gives the pull request the labels it always has and those of its
// state, and takes away the state's that no longer hold. A state label the
// repository lacks is made with its colour and description; one it has keeps
// what people made of it. All other labels stay.
// https://docs.github.com/rest/issues/labels
func (c *Client) SetLabels(ctx context.Context, pull *Pull, always []string, state []lifecycle.Label) error {
	wanted := slices.Clone(always)
	for _, label := range state {
		if !has(pull.Labels, label.Name) {
			if err := c.makeLabel(ctx, label); err != nil {
				return err
			}
		}
		wanted = append(wanted, label.Name)
	}
	if err := c.label(ctx, pull, wanted); err != nil {
		return err
	}
	for _, label := range lifecycle.StateLabels {
		if has(pull.Labels, label.Name) && !has(wanted, label.Name) {
			if err := c.unlabel(ctx, pull, label.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeLabel makes a label the repository may have already.
func (c *Client) makeLabel(ctx context.Context, label lifecycle.Label) error {
	return c.settle(ctx, fmt.Sprintf("making the label %q", label.Name), func(ctx context.Context) error {
		_, _, err := c.api.Issues.CreateLabel(ctx, c.owner, c.repo, &github.Label{
			Name: &label.Name, Color: &label.Color, Description: &label.Description,
		})
		if says(err, saysLabelExists) {
			return nil
		}
		return err
	})
}

// unlabel takes a label away that may be gone already.
func (c *Client) unlabel(ctx context.Context, pull *Pull, label string) error {
	doing := fmt.Sprintf("taking the label %q off pull request #%d", label, pull.Number)
	return c.settle(ctx, doing, func(ctx context.Context) error {
		_, err := c.api.Issues.RemoveLabelForIssue(ctx, c.owner, c.repo, pull.Number, url.PathEscape(label))
		if status(err) == http.StatusNotFound && says(err, saysNoLabel) {
			return nil
		}
		return err
	})
}

// has reports whether a label is among labels; GitHub does not tell cases apart.
func has(labels []string, label string) bool {
	return slices.ContainsFunc(labels, func(one string) bool { return strings.EqualFold(one, label) })
}
