# Options that moved or went away, with the words NixOS has for it.
lib:
with lib;
let
  alias = { from, to, visible, warn, use }: { config, options, ... }:
    let
      fromOpt = getAttrFromPath from options;
      toOpt = attrByPath to (throw "Renaming error: option `${showOption to}' does not exist.") options;
      toValue = attrByPath to (throw "Renaming error: option `${showOption to}' does not exist.") config;
    in
    {
      options = setAttrByPath from (mkOption {
        inherit visible;
        description = "Alias of {option}`${showOption to}`.";
        type = toOpt.type or types.unspecified;
        apply = _: use toValue;
      });
      config = mkMerge [
        (optionalAttrs (options ? warnings) {
          warnings = optional (warn && fromOpt.isDefined)
            "The option `${showOption from}' defined in ${showFiles fromOpt.files} has been renamed to `${showOption to}'.";
        })
        (setAttrByPath to (mkIf fromOpt.isDefined
          (mkOverride fromOpt.highestPrio (mkMerge fromOpt.definitions))))
      ];
    };
in
{
  # The old name still works and says so.
  mkRenamedOptionModule = from: to: alias {
    inherit from to;
    visible = false;
    warn = true;
    use = builtins.trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
  };

  # Both names are good.
  mkAliasOptionModule = from: to: alias {
    inherit from to;
    visible = true;
    warn = false;
    use = id;
  };

  # Defining the option is a failed assertion, reading it an error.
  mkRemovedOptionModule = from: instructions: { options, ... }:
    let opt = getAttrFromPath from options; in
    {
      options = setAttrByPath from (mkOption {
        visible = false;
        apply = _: throw "The option `${showOption from}' can no longer be used since it's been removed. ${instructions}";
      });
      config.assertions = [{
        assertion = !opt.isDefined;
        message = ''
          The option definition `${showOption from}' in ${showFiles opt.files} no longer has any effect; please remove it.
          ${instructions}'';
      }];
    };
}
