package lifecycle

import (
	"fmt"
	"time"
)

// A Closing is how the last pull request of the branch ended.
type Closing struct {
	Number int
	At     time.Time
	Merged bool
	// ByBot says that nixferry closed it itself.
	ByBot bool
	// Revision is the channel revision it was for, empty where nobody knows.
	Revision string
}

// Declined says in a sentence why there is to be no pull request for a revision
// now, "" where there may be one. What a person closed stays closed for the
// revision it was for, and during the cool-down for a newer one; a person who
// asks for a run by hand overrides that.
func (c Closing) Declined(revision string, now time.Time, coolDown time.Duration, asked bool) string {
	if c.Number == 0 || c.Merged || c.ByBot || asked {
		return ""
	}
	const byHand = "a run started by hand opens one at once."
	if revision != "" && c.Revision == revision {
		return fmt.Sprintf("Pull request #%d was closed for this very revision: there is a new one when the channel moves; %s", c.Number, byHand)
	}
	if until := c.At.Add(coolDown); now.Before(until) {
		return fmt.Sprintf("Pull request #%d was closed on %s: there is a new one from %s on (`cool-down`); %s",
			c.Number, c.At.UTC().Format(time.DateOnly), until.UTC().Format("2006-01-02 15:04 UTC"), byHand)
	}
	return ""
}
