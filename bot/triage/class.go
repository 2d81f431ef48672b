package triage

// The classes told apart.
const (
	// Unknown is an error no rule knows.
	Unknown Class = "unknown"
	// Warning is a warning of the evaluated flake.
	Warning Class = "warning"
	// StateVersion is a system.stateVersion that moves with nixpkgs.
	StateVersion Class = "state-version"
	// RenamedOption is an option that the bump gives another name. The former
	// one still works, so that it can wait, and the host may be fine.
	RenamedOption Class = "renamed-option"

	// The language.
	Syntax            Class = "syntax"
	DuplicateAttr     Class = "duplicate-attr"
	Abort             Class = "abort"
	AbortOnWarn       Class = "abort-on-warn"
	Assert            Class = "assert"
	InfiniteRecursion Class = "infinite-recursion"
	StackOverflow     Class = "stack-overflow"
	TypeError         Class = "type-error"
	BadArgument       Class = "bad-argument"
	AttrMissing       Class = "attr-missing"
	UndefinedVariable Class = "undefined-variable"
	PureEval          Class = "pure-eval"
	FileMissing       Class = "file-missing"
	FileUntracked     Class = "file-untracked"
	IFDDisabled       Class = "ifd-disabled"
	NotADerivation    Class = "not-a-derivation"

	// The module system.
	Assertions        Class = "assertions"
	RemovedOptionRead Class = "removed-option-read"
	OptionMissing     Class = "option-missing"
	OptionTwice       Class = "option-declared-twice"
	TypeMismatch      Class = "type-mismatch"
	Conflict          Class = "conflict"
	NotDefined        Class = "not-defined"
	ReadOnly          Class = "read-only"
	ModuleShape       Class = "module-shape"

	// Packages.
	RefusedPackage Class = "refused-package"
	Alias          Class = "alias"

	// The flake, its lock and its inputs.
	FlakeBad          Class = "flake-bad"
	NoAttr            Class = "no-attr"
	LockBad           Class = "lock-bad"
	LockStale         Class = "lock-stale"
	HashMismatchInput Class = "hash-mismatch-input"
	Fetch             Class = "fetch"
	GitOwnership      Class = "git-ownership"

	// Builds.
	BuildFailed        Class = "build-failed"
	FODHashMismatch    Class = "fod-hash-mismatch"
	WrongPlatform      Class = "wrong-platform"
	Timeout            Class = "timeout"
	LogLimit           Class = "log-limit"
	DiskFull           Class = "disk-full"
	Nondeterministic   Class = "nondeterministic"
	ForbiddenReference Class = "forbidden-reference"
	Cycle              Class = "cycle"
	NoSubstituter      Class = "no-substituter"
	DependencyFailed   Class = "dependency-failed"

	// The machine and the command.
	OutOfMemory  Class = "out-of-memory"
	Interrupted  Class = "interrupted"
	Daemon       Class = "daemon"
	Permission   Class = "permission"
	Experimental Class = "experimental"
	Usage        Class = "usage"
	StoreBroken  Class = "store-broken"
	StoreBusy    Class = "store-busy"
	Untrusted    Class = "untrusted-path"
	Sandbox      Class = "sandbox"
	NixbldGroup  Class = "nixbld"
	CachedError  Class = "cached-failure"
)
