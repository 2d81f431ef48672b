package pull

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/google/go-github/v62/github"
)

// What GitHub says of something it was told a moment ago and does not know
// everywhere yet: a commit, a blob, a branch's new commit.
var saysNotYet = []string{
	"no commit found for sha", "does not exist", "is not a valid blob", "is not a valid tree",
	"reference already exists", "head sha",
}

// A passing error may be gone in a moment.
type passing struct{ error }

// Unwrap returns what GitHub says.
func (p passing) Unwrap() error { return p.error }

// settle is call for what stands on something just made: that GitHub does not
// find it is no reason to give up at once.
func (c *Client) settle(ctx context.Context, doing string, send func(context.Context) error) error {
	return c.call(ctx, doing, func(ctx context.Context) error {
		err := send(ctx)
		if status(err) == http.StatusNotFound || slices.ContainsFunc(saysNotYet, func(text string) bool { return says(err, text) }) {
			return passing{err}
		}
		return err
	})
}

// status is that of GitHub's answer, 0 where there was none.
func status(err error) int {
	var answer *github.ErrorResponse
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.Response.StatusCode
}

// whole is err, or that of an answer that came without what it is about.
func whole(err error, about string) error {
	if err == nil && about == "" {
		return io.ErrUnexpectedEOF
	}
	return err
}
