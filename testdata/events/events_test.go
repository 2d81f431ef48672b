package events_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/testdata/events"
)

// TestPayloads holds each real payload to the schema, and proves that the
// schema refuses one that lacks or adds something.
func TestPayloads(t *testing.T) {
	names, err := fs.Glob(events.Payloads, "*.json")
	if err != nil || len(names) != 6 {
		t.Fatalf("payloads %q, %v; want six", names, err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			payload, err := events.Payloads.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			event, _, _ := strings.Cut(name, ".")
			if err := events.Check(event, payload); err != nil {
				t.Error(err)
			}
			for _, broken := range []string{`"senders":`, `"sender":0,"was":`} {
				if events.Check(event, bytes.Replace(payload, []byte(`"sender":`), []byte(broken), 1)) == nil {
					t.Errorf("accepted a payload with %s", broken)
				}
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	for _, test := range []struct{ event, payload, want string }{
		{"issue_comment", "{", "write it as JSON"},
		{"workflow_dispatch", "{}", "write it as GitHub does"},
		{"fork", "{}", "compiling the schema of fork"},
	} {
		if err := events.Check(test.event, []byte(test.payload)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want one with %q", test.event, err, test.want)
		}
	}
}
