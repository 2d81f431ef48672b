package repo_test

// What people do, what happens on main, and what is to come out of it.
var layings = []struct {
	name, people, main, after string
	kept                      string            // subjects
	files                     map[string]string // at the tip, over the new bump
	locks, conflict           string            // paths
	alone                     bool              // git's cherry-pick is no judge of it
}{
	{name: "nobody did anything"},
	{
		name:   "an edit of a file nobody else touched",
		people: "sed -i s/1/one/ web.nix; git commit -qam one; sed -i s/2/two/ web.nix; git commit -qam two",
		main:   "echo x >x; git add .; git commit -qm x", kept: "one two",
		files: map[string]string{"web.nix": "one\ntwo\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name:   "an edit beside main's",
		people: "sed -i s/1/one/ web.nix; git commit -qam one",
		main:   "sed -i s/9/nine/ web.nix; git commit -qam nine", kept: "one",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"},
	},
	{
		name:   "an edit of flake.nix beside the bump's",
		people: "sed -i s/hosts/machines/ flake.nix; git commit -qam machines",
		main:   "sed -i 's/web = 1/web = 2/' flake.nix; git commit -qam web", kept: "machines",
		files: map[string]string{"flake.nix": "{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-unstable\";\n\n  # machines\n\n  outputs = { nixpkgs, ... }: {\n    web = 2;\n  };\n}\n"},
	},
	{
		name:   "files added, deleted, renamed, made executable",
		people: "echo n >new; git add .; git commit -qm add; git rm -q lib/a.nix; git commit -qm delete; git mv db.nix sub.nix; git commit -qm rename; chmod +x web.nix; git commit -qam chmod",
		main:   "sed -i s/9/nine/ web.nix; git commit -qam nine", kept: "add delete rename chmod",
		files: map[string]string{"new": "n\n", "lib/a.nix": "-", "db.nix": "-", "sub.nix": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "web.nix": "x1\n2\n3\n4\n5\n6\n7\n8\nnine\n"},
	},
	{
		name:   "a file becomes a directory and a directory a file",
		people: "git rm -q web.nix; mkdir web.nix; echo w >web.nix/default.nix; git rm -qr lib; echo l >lib; git add .; git commit -qm turn",
		main:   "echo x >x; git add .; git commit -qm x", kept: "turn",
		files: map[string]string{"web.nix": "-", "web.nix/default.nix": "w\n", "lib/a.nix": "-", "lib": "l\n"},
	},
	{
		name:   "both changed the same line",
		people: "sed -i s/1/one/ db.nix; git commit -qam fine; sed -i s/1/one/ web.nix; git commit -qam one",
		main:   "sed -i s/1/uno/ web.nix; git commit -qam uno", conflict: "one: web.nix",
	},
	{
		name:   "both did the same",
		people: "sed -i s/1/one/ web.nix; git commit -qam one; sed -i s/9/nine/ web.nix; git commit -qam nine",
		main:   "sed -i s/1/one/ web.nix; git commit -qam too", kept: "nine",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"}, alone: true,
	},
	{
		name:   "deleted here, edited there",
		people: "git rm -q web.nix db.nix; git commit -qm gone",
		main:   "sed -i s/9/nine/ web.nix; git commit -qam nine", conflict: "gone: web.nix",
	},
	{
		name:   "edited here, deleted there",
		people: "sed -i s/9/nine/ web.nix; git commit -qam nine",
		main:   "git rm -q web.nix; git commit -qam gone", conflict: "nine: web.nix",
	},
	{
		name: "both added", people: "echo a >new; git add .; git commit -qm add",
		main: "echo b >new; git add .; git commit -qm add", conflict: "add: new",
	},
	{
		name: "a binary file", people: "printf 'a\\000' >logo; git commit -qam logo",
		main: "printf 'b\\000' >logo; git commit -qam logo", conflict: "logo: logo",
	},
	{
		name: "a link", people: "ln -sf db.nix link; git commit -qam link",
		main: "ln -sf flake.nix link; git commit -qam link", conflict: "link: link",
	},
	{
		name: "a link that becomes a file", people: "rm link; printf web.nix >link; git commit -qam file",
		main: "ln -sf flake.nix link; git commit -qam link", conflict: "file: link",
	},
	{
		name: "a directory in the way", people: "echo x >new; git add .; git commit -qm file",
		main: "mkdir new; echo y >new/y; git add .; git commit -qm dir", conflict: "file: new", alone: true,
	},
	{
		name: "a file in the way", people: "mkdir new; echo y >new/y; git add .; git commit -qm dir",
		main: "echo x >new; git add .; git commit -qm file", conflict: "dir: new/y", alone: true,
	},
	{
		name:   "a lock file that merges",
		people: "sed -i 's/\"c\": 3/\"c\": 4/' flake.lock; git commit -qam lock",
		main:   "echo x >x; git add .; git commit -qm x", kept: "lock",
		files: map[string]string{"flake.lock": "{\n  \"nixpkgs\": \"newer\",\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 4\n}\n"},
	},
	{
		name:   "a lock file that does not, with something that does",
		people: "sed -i 's/\"new\"/\"own\"/' flake.lock; sed -i s/1/one/ web.nix; git commit -qam lock; sed -i 's/\"own\"/\"more\"/' flake.lock; git commit -qam more",
		main:   "echo x >x; git add .; git commit -qm x", kept: "lock", locks: "flake.lock",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n"}, alone: true,
	},
	{
		name:   "a lock file that merges to what is no JSON",
		people: "sed -i 's/\"c\": 3/\"c\": 4/' flake.lock; git commit -qam lock",
		main:   "sed -i 1s/{/{,/ flake.lock; git commit -qam broken", locks: "flake.lock", alone: true,
	},
	{
		name:   "the bump amended",
		people: "sed -i s/1/one/ web.nix; git commit -qa --amend -C HEAD",
		main:   "echo x >x; git add .; git commit -qm x", kept: "bump", locks: "flake.lock",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n"}, alone: true,
	},
	{
		name: "the branch rebased", people: "sed -i s/1/one/ web.nix; git commit -qam one",
		main:  "sed -i s/web/www/ flake.nix; git commit -qam www",
		after: "git rebase -q main", kept: "one", locks: "flake.lock",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n"}, alone: true,
	},
	{
		name: "main merged in", people: "sed -i s/1/one/ web.nix; git commit -qam one",
		main:  "sed -i s/9/nine/ web.nix; sed -i s/web/www/ flake.nix; git commit -qam nine; echo x >x; git add .; git commit -qm x",
		after: "git merge -q -m merge main; sed -i s/5/five/ web.nix; git commit -qam five", kept: "one five",
		files: map[string]string{"web.nix": "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n"}, alone: true,
	},
	{
		name: "merged into main's side", people: "sed -i s/1/one/ web.nix; git commit -qam one",
		main:  "sed -i s/9/nine/ web.nix; git commit -qam nine",
		after: "git checkout -q -B tmp main; git merge -q -m merge ferry; git branch -qf ferry; git checkout -q ferry", kept: "one",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"}, alone: true,
	},
	{
		name:   "two people pulled from each other",
		people: "git branch two; sed -i s/1/one/ web.nix; git commit -qam one; git checkout -q two; sed -i s/9/nine/ web.nix; git commit -qam nine; git checkout -q ferry; git merge -q -m merge two",
		main:   "sed -i s/5/five/ web.nix; git commit -qam five", kept: "one nine",
		files: map[string]string{"web.nix": "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n"}, alone: true,
	},
	{
		name: "a merge with a lock file made by hand", people: "sed -i 's/\"new\"/\"own\"/' flake.lock; git commit -qam lock",
		main:  "sed -i 's/\"a\": 1/\"a\": 5/' flake.lock; git commit -qam main",
		after: "git merge -q main || sed -i '/^[<=>]/d' flake.lock; git commit -qam by-hand; echo y >y; git add .; git commit -qm y", kept: "y", locks: "flake.lock",
		files: map[string]string{"y": "y\n"}, alone: true,
	},
	{
		name: "of two lines one lost on purpose", alone: true,
		people: "git branch two; sed -i s/1/one/ web.nix; git commit -qam one; git checkout -q two; sed -i s/1/uno/ web.nix; git commit -qam uno; git checkout -q ferry; git merge -q -Xours -m merge two",
		main:   "echo x >x; git add .; git commit -qm x", conflict: "uno: web.nix",
	},
}
