package repo_test

import "testing"

func TestOwn(t *testing.T) {
	for _, test := range []struct {
		name, do string
		own      bool
	}{
		{"the bump", ":", true},
		{"another date, author and text above", "git commit -q --amend --author='X <x@y>' -m other -m \"$(git log -1 --format=%b)\"", true},
		{"moved to another base", "git checkout -q main; echo x >x; git add .; git commit -qm x; git checkout -q ferry; git rebase -q main", true},
		{"a file amended", "echo x >x; git add .; git commit -q --amend -C HEAD", false},
		{"a mode amended", "chmod +x flake.nix; git commit -qa --amend -C HEAD", false},
		{"a file taken out", "git checkout -q main flake.lock; git commit -q --amend -C HEAD", false},
		{"signed off", "git commit -q --amend --signoff -C HEAD", false},
		{"another's words", "git commit -q --amend -m other", false},
		{"a fix below the bump's words", "sed -i s/1/one/ web.nix; git commit -qa -C HEAD", false},
		{"nothing below the bump's words", "git commit -q --allow-empty -C HEAD", false},
		{"reverted", "git revert --no-edit HEAD", false},
		{"merged", "git checkout -q main; git merge -q --no-ff -m m -m \"$(git log -1 --format=%b ferry)\" ferry; git branch -f ferry", false},
		{"the first commit", "git checkout -q --orphan first; git commit -qm first -m \"$(git log -1 --format=%b ferry)\"; git branch -f ferry", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFerry(t)
			f.sh(t, test.do)
			if got, err := f.repo.Own(rev(t, f.dir, "ferry")); err != nil || got != test.own {
				t.Errorf("got %v, %v, want %v", got, err, test.own)
			}
		})
	}
}

// The owner's words may hold anything, even what only the bot should write.
func TestStamp(t *testing.T) {
	f := newFerry(t)
	for _, test := range []struct{ message, want string }{
		{"bump", "bump\n\nNixferry-Content: "},
		{"bump\n\nbody: of\nmore\n\n", "bump\n\nbody: of\nmore\n\nNixferry-Content: "},
		{"bump\n\nSigned-off-by: A <a@b>\nRelease-Note: none", "bump\n\nSigned-off-by: A <a@b>\nRelease-Note: none\nNixferry-Content: "},
		{"bump: all", "bump: all\n\nNixferry-Content: "},
		{"bump\n\nnixferry-content: 1\nSee-also: x\n", "bump\n\nSee-also: x\nNixferry-Content: "},
		{"bump\n\nNixferry-Content: 1", "bump\n\nNixferry-Content: "},
	} {
		sha, err := f.repo.WriteCommit(f.base, map[string][]byte{"x": []byte("x")}, test.message, bot, when)
		if err != nil {
			t.Fatal(err)
		}
		commit, err := f.repo.Commit(sha)
		if err != nil {
			t.Fatal(err)
		}
		const digest = "25f45c12219f56c2f8968ee6d0b0735aa4c7ac34f261cae19ff07b669ed3b99a"
		if want := test.want + digest + "\n"; commit.Message != want {
			t.Errorf("%q: got %q, want %q", test.message, commit.Message, want)
		}
		if own, err := f.repo.Own(sha); err != nil || !own {
			t.Errorf("%q: got %v, %v, want the bot's own", test.message, own, err)
		}
	}
}
