// Package bot is nixferry's flow, one straight line:
//
//	event -> request -> bump -> evaluate -> build -> compare -> judge -> report -> publish
//
// Read [Run] top to bottom and you have read this line. Each step takes a
// value and returns a value; nothing reaches back. Base is the commit the run
// started from, head the bump commit. Both are evaluated from a commit in a
// scratch repository that borrows the objects of the owner's: the owner's
// working tree, index, branches and objects are never touched.
//
// A step that goes wrong for one host is a fact about that host. The run
// itself goes wrong only when nixferry cannot do its own job, and then says so
// with the next step.
//
// This is the only package that wires adapters (packages nix, repo and pull)
// to the pure rooms.
package bot
