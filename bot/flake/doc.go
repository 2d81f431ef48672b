// Package flake decides how a flake moves to another nixpkgs channel, and makes
// the edit.
//
// Facts come in as values: what Nix reads from flake.nix ([Source]), the text
// itself, flake.lock ([Lock]) and, where Nix could be asked, which input builds
// each host. [MakePlan] turns them into a [Plan]; [Apply] carries out its edits,
// each inside one string literal, all else kept byte for byte; [Verify] holds
// what Nix reads afterwards against what was meant. [DiffLocks] tells what a
// relock changed.
//
// Whatever is not certain is refused or left, with a sentence that tells the
// owner what to do. Nothing here reads a file or runs a program.
package flake
