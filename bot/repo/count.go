package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	nethttp "net/http"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

// countedBytes is how much of each of a server's answers is read for a count.
const countedBytes = 20 << 20

// ErrUncounted means that the server does not let commits be counted.
var ErrUncounted = errors.New("not to be counted here: compare the two revisions by hand")

// Count counts the commits that are reachable from after and not from before,
// both full ids, in a repository that is served over HTTP. It fetches nothing
// for good: it asks for after as one who has before, and what the server would
// send is what it counts. It asks once. ErrUncounted where the server does not
// know before, or has more to send than is worth it; the other errors are
// those of refusal.go.
func (m Remote) Count(ctx context.Context, before, after string) (int, error) {
	n, err := m.count(ctx, plumbing.NewHash(before), plumbing.NewHash(after))
	if err != nil && !errors.Is(err, ErrUncounted) {
		err, _ = refusal(err, m.Token)
	}
	if err != nil {
		return 0, fmt.Errorf("counting the commits of %s from %s to %s: %w", m, short(before), short(after), err)
	}
	return n, nil
}

func (m Remote) count(ctx context.Context, before, after plumbing.Hash) (n int, err error) {
	end, err := transport.NewEndpoint(m.String())
	if err != nil || end.Protocol != "https" && end.Protocol != "http" {
		return 0, errAddress
	}
	carrier := http.NewClient(&nethttp.Client{Transport: bounded{}})
	session, err := carrier.NewUploadPackSession(end, m.auth(end))
	if err != nil {
		return 0, err
	}
	refs, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return 0, err
	}
	request := packp.NewUploadPackRequest()
	request.Wants, request.Haves = []plumbing.Hash{after}, []plumbing.Hash{before}
	only, err := commitsOnly(request, refs.Capabilities)
	if err != nil {
		return 0, err
	}
	answer, err := session.UploadPack(ctx, request)
	if err != nil {
		return 0, err
	}
	// Closing before the end tells the server to stop sending.
	defer func() { err = errors.Join(err, answer.Close()) }()
	if len(answer.ACKs) == 0 {
		return 0, fmt.Errorf("the server does not know %s: %w", before, ErrUncounted)
	}
	return countPack(answer, only)
}

// commitsOnly asks for no trees and no files where the server can leave them
// out, and reports whether it will. Deltas have to tell their type.
func commitsOnly(request *packp.UploadPackRequest, can *capability.List) (only bool, err error) {
	wanted := []capability.Capability{capability.OFSDelta, capability.NoProgress}
	if only = can.Supports(capability.Filter); only {
		wanted = append(wanted, capability.Filter)
		request.Filter = packp.FilterTreeDepth(0)
	}
	for _, c := range wanted {
		if can.Supports(c) {
			err = errors.Join(err, request.Capabilities.Set(c))
		}
	}
	return only, err
}

// countPack counts the commits in a pack. One of nothing but commits says in
// its head how many there are.
func countPack(pack io.Reader, only bool) (commits int, err error) {
	scanner := packfile.NewScanner(pack)
	_, objects, err := scanner.Header()
	if err != nil || only {
		return int(objects), err
	}
	isCommit := map[int64]bool{}
	for range objects {
		header, err := scanner.NextObjectHeader()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return 0, fmt.Errorf("more than %d MiB: %w", countedBytes>>20, ErrUncounted)
		case err != nil:
			return 0, err
		case header.Type == plumbing.REFDeltaObject:
			return 0, fmt.Errorf("a pack of another form than asked for: %w", ErrUncounted)
		case header.Type == plumbing.CommitObject, isCommit[header.OffsetReference]:
			isCommit[header.Offset] = true
		}
	}
	return len(isCommit), nil
}

// bounded is an HTTP transport that reads no more than countedBytes of an
// answer.
type bounded struct{}

// RoundTrip makes the request with Go's own transport.
func (bounded) RoundTrip(request *nethttp.Request) (*nethttp.Response, error) {
	response, err := nethttp.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, countedBytes), response.Body}
	return response, nil
}
