{ config, lib, pkgs, ... }:
with lib;
let
  value = v: if isBool v then boolToString v else toString v;
  section = concatMapAttrsLines (n: v: concatMapStrings (x: "${n}=${value x}\n") (toList v));
  concatMapAttrsLines = f: set: concatStrings (mapAttrsToList f set);
  list = mkOption { type = types.listOf types.str; default = [ ]; description = "Units."; };
  keys = mkOption { type = types.attrsOf (types.oneOf [ types.bool types.int types.str types.package (types.listOf types.str) ]); default = { }; description = "Keys of the section."; };

  unit = {
    enable = mkOption { type = types.bool; default = true; description = "Whether the unit is there."; };
    description = mkOption { type = types.str; default = ""; description = "What it is."; };
    wantedBy = list;
    requiredBy = list;
    wants = list;
    requires = list;
    after = list;
    before = list;
    unitConfig = keys;
    restartTriggers = mkOption { type = types.listOf types.unspecified; default = [ ]; description = "Things that restart the unit when they change."; };
    reloadTriggers = mkOption { type = types.listOf types.unspecified; default = [ ]; description = "Things that reload the unit when they change."; };
  };
  service = { name, config, ... }: {
    options = unit // {
      environment = mkOption { type = types.attrsOf (types.either types.str types.package); default = { }; description = "Environment variables."; };
      path = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages in the unit's path."; };
      serviceConfig = keys;
      script = mkOption { type = types.lines; default = ""; description = "Shell commands that are the main process."; };
      preStart = mkOption { type = types.lines; default = ""; description = "Shell commands run before it."; };
      restartIfChanged = mkOption { type = types.bool; default = true; description = "Whether a switch restarts it."; };
      reloadIfChanged = mkOption { type = types.bool; default = false; description = "Whether a switch reloads it instead."; };
      stopIfChanged = mkOption { type = types.bool; default = true; description = "Whether a switch stops it before activation."; };
      startAt = mkOption { type = types.nullOr types.str; default = null; description = "When a timer starts it."; };
      dropIn = mkOption { type = types.bool; default = false; internal = true; description = "Whether this adds to a unit of systemd's own."; };
    };
    config.serviceConfig = mkMerge [
      (mkIf (config.script != "") { ExecStart = "${pkgs.writeShellScriptBin "${name}-start" config.script}/bin/${name}-start"; })
      (mkIf (config.preStart != "") { ExecStartPre = "${pkgs.writeShellScriptBin "${name}-pre-start" config.preStart}/bin/${name}-pre-start"; })
    ];
  };
  plain = extra: { options = unit // extra; };

  unitSection = u: "[Unit]\n" + section (
    optionalAttrs (u.description != "") { Description = u.description; }
    // optionalAttrs (u.after != [ ]) { After = u.after; }
    // optionalAttrs (u.before != [ ]) { Before = u.before; }
    // optionalAttrs (u.requires != [ ]) { Requires = u.requires; }
    // optionalAttrs (u.wants != [ ]) { Wants = u.wants; }
    // optionalAttrs (u.restartTriggers != [ ]) { X-Restart-Triggers = concatMapStringsSep " " toString u.restartTriggers; }
    // optionalAttrs (u.reloadTriggers != [ ]) { X-Reload-Triggers = concatMapStringsSep " " toString u.reloadTriggers; }
    // u.unitConfig) + "\n";

  common = with pkgs; [ coreutils util-linux config.systemd.package ];
  environment = u: {
    LOCALE_ARCHIVE = "${pkgs.glibcLocales}/lib/locale/locale-archive";
    PATH = concatMapStringsSep ":" (p: "${getBin p}/bin") (u.path ++ common);
    TZDIR = "${pkgs.tzdata}/share/zoneinfo";
  } // u.environment;
  serviceText = u: unitSection u + "[Service]\n"
    + concatStrings (mapAttrsToList (n: v: "Environment=\"${n}=${v}\"\n") (if u.dropIn then u.environment else environment u))
    + (if u.reloadIfChanged then "X-ReloadIfChanged=true\n"
    else optionalString (!u.restartIfChanged) "X-RestartIfChanged=false\n")
    + optionalString (!u.stopIfChanged) "X-StopIfChanged=false\n"
    + section u.serviceConfig;
  withInstall = text: u: text + optionalString (u.wantedBy != [ ]) "\n[Install]\nWantedBy=${concatStringsSep " " u.wantedBy}\n";

  cfg = config.systemd;
  rendered =
    mapAttrs' (n: u: nameValuePair "${n}.service" (u // { text = withInstall (serviceText u) u; })) cfg.services
    // mapAttrs' (n: u: nameValuePair "${n}.timer" (u // { dropIn = false; text = withInstall (unitSection u + "[Timer]\n" + section u.timerConfig) u; })) cfg.timers
    // mapAttrs' (n: u: nameValuePair "${n}.socket" (u // { dropIn = false; text = withInstall (unitSection u + "[Socket]\n" + concatMapStrings (l: "ListenStream=${l}\n") u.listenStreams + section u.socketConfig) u; })) cfg.sockets
    // mapAttrs' (n: u: nameValuePair "${n}.target" (u // { dropIn = false; text = unitSection u; })) cfg.targets;
  units = filterAttrs (_: u: u.enable) rendered;

  unitPackage = name: text:
    pkgs.stdenv.mkDerivation {
      name = "unit-${replaceStrings [ "@" "\\" ] [ "-" "-" ] name}";
      files.${name}.text = text;
    };
  own = concatMapAttrs
    (name: u:
      if u.dropIn then {
        "${name}.d/overrides.conf".link = "${unitPackage name u.text}/${name}";
        ${name}.link = "${cfg.package}/example/systemd/system/${name}";
      } else { ${name}.link = "${unitPackage name u.text}/${name}"; })
    units;
  links = concatMapAttrs
    (name: u: listToAttrs (
      map (w: nameValuePair "${w}.wants/${name}" { link = "../${name}"; }) u.wantedBy
      ++ map (r: nameValuePair "${r}.requires/${name}" { link = "../${name}"; }) u.requiredBy))
    units;
  timed = filterAttrs (_: u: u.startAt != null) cfg.services;
in
{
  options.systemd = {
    package = mkOption { type = types.package; default = pkgs.systemd; description = "The systemd package."; };
    services = mkOption { type = types.attrsOf (types.submodule service); default = { }; description = "Services."; };
    timers = mkOption { type = types.attrsOf (types.submodule (plain { timerConfig = keys; })); default = { }; description = "Timers."; };
    sockets = mkOption { type = types.attrsOf (types.submodule (plain { listenStreams = list; socketConfig = keys; })); default = { }; description = "Sockets."; };
    targets = mkOption { type = types.attrsOf (types.submodule (plain { })); default = { }; description = "Targets."; };
    defaultUnit = mkOption { type = types.str; default = "multi-user.target"; description = "What the machine boots into."; };
    tmpfiles.rules = mkOption { type = types.listOf types.str; default = [ ]; description = "Rules for systemd-tmpfiles."; };
    aliases = mkOption { type = types.attrsOf types.str; default = { }; internal = true; description = "Second names of units."; };
    build.units = mkOption { type = types.package; internal = true; description = "The tree of units."; };
  };
  config = {
    systemd.timers = mapAttrs (_: u: { wantedBy = [ "timers.target" ]; timerConfig.OnCalendar = u.startAt; }) timed;
    systemd.build.units = pkgs.stdenv.mkDerivation {
      name = "system-units";
      files = own // links // mapAttrs (_: to: { link = to; }) cfg.aliases // { "default.target".link = cfg.defaultUnit; };
    };
    environment.etc."systemd/system".source = cfg.build.units;
    environment.etc."tmpfiles.d/00-nixos.conf".text = concatLines cfg.tmpfiles.rules;
    environment.etc."systemd/system.conf".text = "[Manager]\nManagerEnvironment=PATH=${pkgs.coreutils}/bin\n";
  };
}
