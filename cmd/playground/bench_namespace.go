package main

import (
	"fmt"
	"runtime"
	"syscall"
)

// asSystem does something where the shelf's database is the system's own,
// which is the only one that dix looks at. Only root may do that.
func (s shelf) asSystem(do func() error) error {
	done := make(chan error)
	go func() {
		// The thread has a view of the file system of its own from here on, and
		// so have the processes it starts. It is never unlocked: it ends here.
		runtime.LockOSThread()
		if err := bind(s.state, "/nix/var/nix"); err != nil {
			done <- fmt.Errorf("showing the store to dix: %w; be root, or take dix off PATH", err)
			return
		}
		done <- do()
	}()
	return <-done
}

// bind shows a directory at another place, to this thread alone.
func bind(dir, at string) error {
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		return fmt.Errorf("leaving the mount namespace: %w", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keeping mounts to this process: %w", err)
	}
	if err := syscall.Mount(dir, at, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mounting %s at %s: %w", dir, at, err)
	}
	return nil
}
