package triage

import (
	"fmt"
	"slices"
	"strings"
)

// language are the errors of the Nix language itself.
// https://github.com/NixOS/nix/blob/2.34.0/src/libexpr
var language = []rule{
	{
		class: Syntax, sign: on(`^syntax error, `),
		next: "Correct the syntax at this place; often a ; or a closing bracket is missing just before it.",
	},
	{class: Syntax, sign: on(`^undefined escape|^path has a trailing slash|^unterminated `), next: "Correct the syntax at this place."},
	{
		class: DuplicateAttr, sign: on(`^(?:dynamic )?attribute '(?P<name>[^']+)' (?:at .* )?already defined`),
		next: "Set ${name} once: merge the two definitions.",
	},
	{class: BadArgument, sign: on(`^duplicate formal function argument '(?P<name>[^']+)'`), next: "Name the argument ${name} once."},
	{
		class: Abort, bucket: Runner, sign: on(`(?s)^evaluation aborted with the following error message: '.*requires Nix (?:version )?>= (?P<name>[\d.]+)`),
		next: "This nixpkgs needs Nix ${name} or newer: update Nix on the machine that evaluates.",
	},
	{class: Abort, sign: on(`^evaluation aborted with the following error message: `), next: "Do what the message says; the code calls `abort` here."},
	{
		class: AbortOnWarn, bucket: Yours, sign: on(`^aborting to reveal stack trace of warning`),
		next: "Deal with the warning, or unset abort-on-warn (NIX_ABORT_ON_WARN).",
	},
	{class: Assert, sign: on(`(?s)^assertion '.*' failed`), next: "The assert at this place does not hold: make its condition true or remove it."},
	{class: Assert, sign: on(`(?s)^(?:an? |the |list |derivation |attribute (?:names |set )|string |path ).*(?:is not equal to|differs? from) `), next: "The assert at this place does not hold: its two sides differ."},
	{class: InfiniteRecursion, sign: on(`^infinite recursion encountered`), more: recursion},
	{
		class: StackOverflow, sign: on(`^stack overflow`),
		next: "Something calls itself without end: look at the place named here, and at functions or overlays that refer to their own result.",
	},
	{
		class: PureEval, bucket: Yours, sign: on(`^access to (?:absolute )?path '(?P<name>[^']+)' is forbidden in (?:pure eval|restricted)`),
		next: "Move ${name} into the repository and refer to it by a relative path.",
	},
	{
		class: PureEval, bucket: Yours, sign: on(`^cannot look up '<?(?P<name>[^'>]+)>?' in pure eval`),
		next: "Take it from a flake input, or by modulesPath, in place of <${name}>.",
	},
	{
		class: PureEval, bucket: Yours, sign: on(`^file '(?P<name>[^']+)' was not found in the Nix search path`),
		next: "Take it from a flake input, or by modulesPath, in place of <${name}>.",
	},
	{
		class: PureEval, bucket: Yours, sign: on(`^attribute 'current(?:System|Time)' missing`),
		next: "Pass `system` explicitly: a flake is evaluated without builtins.currentSystem.",
	},
	{class: PureEval, bucket: Yours, sign: on(`in pure eval(?:uation)? mode|--impure'? to override`), next: "Give every fetch a hash and every path a place in the repository: flakes are evaluated purely."},
	{
		class: IFDDisabled, sign: on(`^cannot build '(?P<drv>/nix/store/[^'!^]+\.drv)[^']*' during evaluation because`),
		next: "Allow it with allow-import-from-derivation = true in nix-options, or commit the generated file.",
	},
	{
		class: IFDDisabled, sign: on(`import-from-derivation' is disabled`),
		next: "Allow it with allow-import-from-derivation = true in nix-options, or commit the generated file.",
	},
	{
		class: FileUntracked, bucket: Yours, sign: on(`^Path '(?P<name>[^']+)' in the repository .* is not tracked by Git`),
		next: "Run `git add ${name}`: a flake sees only files that git tracks.", more: missingFile,
	},
	{
		class: FileMissing, bucket: Yours, sign: on(`^Path '(?P<name>[^']+)' does not exist in Git repository`),
		next: "Create ${name}, `git add` it if it is there already, or correct the path.", more: missingFile,
	},
	{
		class: FileMissing, bucket: Yours, sign: on(`^(?:getting status of|opening file|opening|reading directory|reading file|cannot read) ['"](?P<name>(?:/nix/store/[0-9a-z]{32}-source|«[^»]*»)/[^'"]*)['"]: No such file`),
		next: "", more: missingFile,
	},
	{class: FileMissing, bucket: Yours, sign: on(`^(?:path|file|access to path|directory) ['"](?P<name>(?:/|«)[^'"]*)['"] (?:does not exist|is forbidden)`), more: missingFile},
	{class: FileMissing, bucket: Yours, sign: on(`^(?:getting status of|opening file|reading directory) ['"](?P<name>/[^'"]*\.(?:nix|lock|json|toml|ya?ml|txt|age|pub|sh))['"]: No such file`), more: missingFile},
	{
		class: BadArgument, sign: on(`^(?:function )?'outputs' (?:at .* )?called with(?:out required| unexpected) argument '(?P<name>[^']+)'`),
		next: "Make the arguments of `outputs` in flake.nix fit its inputs: ${name}.", more: drift,
	},
	{
		class: BadArgument, sign: on(`called with unexpected argument '(?P<name>[^']+)'`),
		next: "Remove ${name} from the call (often an override): the function no longer takes it.", more: drift,
	},
	{
		class: BadArgument, sign: on(`called without required argument '(?P<name>[^']+)'`),
		next: "Pass ${name}, or rename it: with callPackage it has to be an attribute of pkgs.", more: drift,
	},
	{class: AttrMissing, sign: on(`^attribute '(?P<name>[^']+)' missing`), more: missingAttr},
	{class: AttrMissing, sign: on(`^attribute '(?P<name>[^']+)' in selection path '[^']+' not found`), more: missingAttr},
	{
		class: UndefinedVariable, sign: on(`^undefined variable '(?P<name>[^']+)'`),
		next: "Correct the name ${name}: it is not in scope, and no `with` provides it.", more: suggested,
	},
	{
		class: NotADerivation, sign: on(`^'[^']+' is not a (?:string|derivation) but|^expression does not evaluate to a derivation|^flake output attribute '[^']+' is not a derivation|^expected flake output attribute '[^']+' to be a derivation`),
		next: "Ask for an attribute that is a derivation, such as nixosConfigurations.HOST.config.system.build.toplevel.",
	},
	{
		class: TypeError, sign: on(`^cannot (?:coerce|add|compare|convert|decode|concatenate)|^value is .* while .* (?:was )?expected|^expected .* (?:but|found)|^attempt to call something which is not a function|^[^\n]* is not (?:a function|a list|a set|an? \w+) but |is not allowed to refer to a store path`),
		next: "Give the value the type that is asked for at this place.", more: drift,
	},
}

var moduleArgument = on("while evaluating the module argument `([^']+)' in")

// recursion tells the usual ways into an infinite recursion apart.
func recursion(f *Finding, p problem) {
	trace := traceText(p)
	argument := moduleArgument().FindStringSubmatch(trace)
	switch {
	case argument == nil && !strings.Contains(trace, "the attribute 'imports'"):
		f.Next = "Find the definition that refers to itself; an overlay should use prev, not final, for what it overrides."
	case argument == nil || slices.Contains([]string{"config", "pkgs", "lib", "options"}, argument[1]):
		f.Next = "Do not use config or pkgs in `imports`: import always and guard with lib.mkIf, or pass what it depends on by specialArgs."
	default:
		f.Next = fmt.Sprintf("The module argument %s depends on config, which needs this module first: pass it by specialArgs.", argument[1])
	}
}

// missingFile says which file is missing, and whether it is there but unseen.
func missingFile(f *Finding, p problem) {
	rel, owner := clean(p.name), You
	if strings.HasPrefix(p.name, "/") || strings.HasPrefix(p.name, "«") {
		rel, owner = p.atlas.file(p.name)
	}
	if input := p.Input(); input != "" {
		f.Owner, f.File, f.Line, f.Column = You, "flake.nix", 0, 0
		f.Next = fmt.Sprintf("Input %s has no such file: correct its URL or `dir`, or set %s.flake = false.", input, input)
		return
	}
	if f.File == "" && owner == You && rel != "" {
		f.File, f.Owner = rel, You
	}
	switch {
	case f.Class == FileUntracked, rel == "":
	case rel == "flake.nix" && p.atlas.exists(rel):
		f.Next = "Run `git add flake.nix` if git does not track it; else an input has none: set its flake = false, or correct its `dir`."
	case owner != You && owner != "":
		f.Bucket, f.Owner = Gap, owner
		f.Next = fmt.Sprintf("%s no longer has %s: correct the path, or leave the import out.", owner, rel)
	case p.atlas.exists(rel):
		f.Next = fmt.Sprintf("Run `git add %s`: it is there, but a flake sees only files that git tracks.", rel)
	default:
		f.Next = fmt.Sprintf("Create %s, `git add` it if it is there already, or correct the path.", rel)
	}
}

// missingAttr tells a missing module argument and a misspelt name apart.
func missingAttr(f *Finding, p problem) {
	f.Next = fmt.Sprintf("Correct the name %s: it is not in the set it is taken from.", p.name)
	if strings.Contains(traceText(p), "while evaluating the module argument `"+p.name+"'") {
		f.Bucket = Yours
		f.Next = fmt.Sprintf("Pass %s to the modules: specialArgs = { inherit %s; }; in the nixosSystem call.", p.name, p.name)
		return
	}
	if flakeOutput(p.name) {
		f.Next = fmt.Sprintf("The input has no output %s any more: see its README for the new name.", p.name)
	}
	suggested(f, p)
	drift(f, p)
}

// flakeOutput reports whether a name is one of flakes' usual outputs.
func flakeOutput(name string) bool {
	return slices.Contains([]string{"nixosModule", "homeManagerModule", "homeModule", "darwinModule", "overlay", "package", "defaultPackage", "legacyPackage"}, strings.TrimSuffix(name, "s"))
}

// suggested takes over what Nix thinks was meant.
func suggested(f *Finding, p problem) {
	if f.Replacement = suggestion(p.Text + "\n" + p.Full); f.Replacement != "" {
		f.Next = fmt.Sprintf("Nix has no %s; did you mean %s?", p.name, f.Replacement)
	}
	drift(f, p)
}

// drift gives an error of the language its bucket: it is the owner's when it
// comes from a file of theirs, else that of whose code it is in.
func drift(f *Finding, p problem) {
	if f.Bucket != "" {
		return
	}
	switch {
	case f.File != "":
		f.Bucket = Yours
	case f.Owner != "" && len(p.Trace) > 0:
		f.Bucket = Upstream
	}
}

func traceText(p problem) string {
	var all strings.Builder
	for _, frame := range p.Trace {
		all.WriteString(frame.Text + "\n")
	}
	return all.String()
}
