package triage

// machine are errors of the runner, its Nix and the command line.
var machine = []rule{
	{
		class: DiskFull, bucket: Runner, sign: on(`No space left on device|database or disk is full|Disk quota exceeded|cannot (?:write|create|grow).*: (?:No space|File too large)`),
		next: "Free disk space or use a runner with more, then run again.",
	},
	{
		class: OutOfMemory, bucket: Runner, sign: on(`^(?:out of memory|std::bad_alloc)|Cannot allocate memory|^Too many heap sections|worker got killed by SIGKILL`),
		next: "Use a machine with more memory or swap, or evaluate fewer hosts at once, then run again.",
	},
	{
		class: OutOfMemory, bucket: Runner, sign: on(`^unable to (?:fork|start (?:a )?thread)|^creating thread|Resource temporarily unavailable|Too many open files`),
		next: "Raise the limits of this machine (memory, processes, open files), then run again.",
	},
	{
		class: Interrupted, bucket: Runner, sign: on(`^interrupted by the user|^Nix daemon .*interrupted`),
		next: "Run again: something stopped Nix (a cancelled job, a time limit, Ctrl-C).",
	},
	{
		class: Daemon, bucket: Runner, sign: on(`^cannot (?:connect to|open connection to|create) .*(?:socket|daemon)|^Nix daemon disconnected|^cannot connect to daemon|^error reading from the Nix daemon|daemon-socket`),
		next: "Start the Nix daemon (systemctl start nix-daemon), or leave NIX_REMOTE unset where Nix runs as root.",
	},
	{
		class: NixbldGroup, bucket: Runner, sign: on(`^the group '(?P<name>[^']+)' specified in 'build-users-group'`),
		next: "Create the group ${name} with its build users, or set `build-users-group =` where Nix runs as root in a container.",
	},
	{
		class: Sandbox, bucket: Runner, sign: on(`kernel namespaces that are required for sandboxing|^(?:setting up a private mount namespace|unable to start build process|cloning builder process|mounting /proc|opening pseudoterminal|sandbox)\b|^while setting up the build environment`),
		next: "Let this machine use namespaces (privileged container, /dev/pts), or set sandbox = false in nix-options.",
	},
	{
		class: Permission, bucket: Runner, sign: on(`Permission denied|Operation not permitted|Read-only file system|^remounting ["']?/nix/store["']? writable|^could not set permissions|is not allowed to (?:connect|access|set)|you do not have permission`),
		next: "Run Nix as a user that may write its store, or through the daemon.",
	},
	{
		class: Experimental, bucket: Runner, sign: on(`^experimental (?:Nix )?feature '(?P<name>[^']+)' is disabled`),
		next: "Add ${name} to experimental-features in nix.conf or nix-options.",
	},
	{
		class: StoreBusy, bucket: Runner, sign: on(`^SQLite database '[^']*' is busy|database is locked|: File exists$`),
		next: "Run again: another Nix process had the store.",
	},
	{
		class: StoreBroken, bucket: Runner, sign: on(`^error parsing derivation|file is not a database|database disk image is malformed|^opening file '[^']*\.drv': No such file|was modified! expected hash|^path '/nix/store/[^']*' (?:disappeared|is corrupt)|hash of path .* has changed|^cannot open SQLite|^getting (?:status|attributes) of (?:path )?'/nix/store/[0-9a-z]{32}-[^'/]*': No such file`),
		next: "Repair the store of this machine: nix-store --verify --check-contents --repair, or start with a fresh one.",
	},
	{
		class: Untrusted, bucket: Runner, sign: on(`lacks a (?:valid )?signature by a trusted key|is not signed by any of the keys`),
		next: "Add the cache's public key to trusted-public-keys in nix-options.",
	},
	{
		class: Usage, bucket: Yours, sign: on(`^unrecogni[sz]ed (?:flag|option)|^unknown (?:flag|option|setting)|^flag '[^']*' requires|^'[^']*' is not a recogni[sz]ed command|^command '[^']*' (?:requires|is)|^more arguments are required|^unexpected argument '|^'--?[\w-]+' requires`),
		next: "Correct the command: this version of Nix does not know it in this form.",
	},
	{
		class: CachedError, sign: on(`^cached failure of attribute '(?P<name>[^']+)'`),
		next: "Run again with --option eval-cache false: the cache keeps that it failed and not why.",
	},
	{
		class: NoSubstituter, bucket: Gap, sign: on(`but there is no substituter that can build it|^don't know how to build|^path '(?P<name>/nix/store/[^']+)' (?:is not valid|does not exist and cannot be created|is not in the (?:Nix|binary cache) store)|^cannot build missing derivation`),
		next: "Add the cache that has it to substituters, or build it from its derivation.",
	},
	{
		class: Nondeterministic, bucket: Upstream, sign: on(`^derivation '(?P<drv>/nix/store/[^']+\.drv)' may not be deterministic`),
		next: "Compare both outputs with diffoscope; the package does not build the same twice.",
	},
	{
		class: Cycle, bucket: Upstream, sign: on(`^cycle detected in build of '(?P<drv>/nix/store/[^'!^]+\.drv)`),
		next: "Move what the outputs refer to each other with into one of them, or report it with the package.",
	},
	{
		class: ForbiddenReference, bucket: Upstream, sign: on(`^output '(?P<name>[^']+)' is (?:not allowed to refer|self-referential)|is not allowed to have (?:direct )?references`),
		next: "Remove the reference in the package (remove-references-to), or report it with the package.",
	},
}
