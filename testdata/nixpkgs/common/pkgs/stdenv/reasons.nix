# Why a package may be refused; the words around it differ by release.
{ lib, config, system }:
let
  inherit (lib) concatMapStrings elem;
  permitted = config.permittedInsecurePackages or [ ];
in
{
  unfree = pkg:
    !(pkg.meta.license or lib.licenses.mit).free
    && !(config.allowUnfree or false)
    && !((config.allowUnfreePredicate or (_: false)) pkg);
  broken = pkg: pkg.meta.broken or false && !(config.allowBroken or false);
  unsupported = pkg:
    !elem system (pkg.meta.platforms or [ system ]) && !(config.allowUnsupportedSystem or false);
  insecure = pkg: (pkg.meta.knownVulnerabilities or [ ]) != [ ] && !elem pkg.name permitted;

  allow = what: option: ''
    For `nixos-rebuild` you can allow ${what} packages with
      { nixpkgs.config.${option} = true; }
    in configuration.nix to override this.
  '';
  platform = pkg: ''
    hostPlatform.system = "${system}"
    package.meta.platforms = ${lib.toPretty pkg.meta.platforms}'';
  issues = pkg: ''
    Known issues:
    ${concatMapStrings (issue: " - ${issue}\n") pkg.meta.knownVulnerabilities}
    You can install it anyway by allowing this package in configuration.nix:

      nixpkgs.config.permittedInsecurePackages = [ "${pkg.name}" ];
  '';
}
