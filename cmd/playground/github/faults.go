package github

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// A fault is an injected [Fault] and how often a call has fitted it.
type fault struct {
	Fault
	seen int
}

// known tells whether calls can have that operation.
func known(operation string) bool {
	switch operation {
	case "", "page", "git/fetch-refs", "git/fetch", "git/push-refs", "git/push":
		return true
	}
	return operations[operation].handle != nil || mutations[operation].do != nil
}

// takeFault finds the fault of a call, if it has one. Every fault that fits
// counts the call.
func (s *Server) takeFault(operation string) (taken Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for _, f := range s.faults {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		f.seen++
		if !found && f.seen >= f.From && (f.Nth == 0 || f.Nth == f.seen) {
			taken, found = f.Fault, true
		}
	}
	return taken
}

// answers tells whether the fault decides the answer.
func (f Fault) answers() bool { return f.Drop || f.Reset || f.Status != 0 }

// wait lets the fault's delay pass, or the client leave.
func (f Fault) wait(r *http.Request) {
	select {
	case <-time.After(f.Delay):
	case <-r.Context().Done():
	}
}

// answer answers as the fault says.
func (f Fault) answer(w http.ResponseWriter) error {
	if f.Drop || f.Reset {
		return f.hangUp(w)
	}
	for name, values := range f.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(f.Status)
	_, err := w.Write([]byte(f.Body))
	return err
}

// hangUp closes the connection. Without a time to linger, the kernel resets it.
func (f Fault) hangUp(w http.ResponseWriter) error {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("dropping a connection: %w", err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && f.Reset {
		err = tcp.SetLinger(0)
	}
	return errors.Join(err, conn.Close())
}

// nowhere is where an answer goes that a fault replaces.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}
