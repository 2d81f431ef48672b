# Hosts as nixosConfigurations has them, made of nothing but derivations of
# /bin/sh. The test writes salt.nix, so that nothing was built before.
{
  outputs =
    _:
    let
      salt = import ./salt.nix;
      drv =
        name: script: attrs:
        derivation (
          {
            inherit name salt;
            system = builtins.head systems;
            builder = "/bin/sh";
            args = [
              "-c"
              script
            ];
          }
          // attrs
        );
      systems = [ "x86_64-linux" ];

      broken = drv "broken" "echo one; echo two; exit 3" { };
      silent = drv "silent" "true" { };
      foreign = drv "foreign" "echo x > $out" { system = "m68k-linux"; };
      long = drv "long" "echo begun; read x < /dev/zero" { };

      host = name: deps: {
        config.system.build.toplevel = drv "nixos-system-${name}" "echo $deps > $out" { inherit deps; };
      };
      # An option as the module system has it, once declared.
      option = attrs: { _type = "option"; isDefined = true; files = [ "/etc/a.nix" ]; } // attrs;
      alias =
        description: attrs:
        option (
          {
            inherit description;
            loc = [
              "old"
              "a b"
            ];
            visible = false;
            value = throw "no value is asked for";
          }
          // attrs
        );
      options = {
        _module.args = option { };
        new.name = alias "Alias of {option}`new.b`." { };
        new.both = alias "Alias of {option}`new.b`." { visible = true; };
        y2022.name = alias {
          _type = "mdDoc";
          text = "Alias of {option}`new.b`.";
        } { };
        y2019.name = alias "Alias of <option>new.b</option>." { };
        # What is not one, or not in use, or of nixpkgs alone.
        other.set = alias "Alias of nothing" { };
        other.text = alias "What an Alias of {option}`new.b` is." { };
        other.none = alias null { };
        other.unset = alias "Alias of {option}`new.b`." { isDefined = false; };
        other.broken = alias "Alias of {option}`new.b`." { isDefined = throw "broken"; };
        other.nixpkgs = alias "Alias of {option}`new.b`." { files = [ "${toString ./.}/x.nix" ]; };
        other.odd = 7;
        other.endless = let x.x = x; in x;
        system.stateVersion = option { };
      };
      full = {
        inherit options;
        pkgs.path = ./.;
        pkgs.stdenv.hostPlatform.system = "x86_64-linux";
        config = {
          system.build.toplevel = builtins.trace "warning: said by lib.warn" (
            builtins.trace "evaluation warning: known as data" (drv "nixos-system-full" "echo full > $out" { })
          );
          system.stateVersion = "25.11";
          system.nixos.version = "26.05.1";
          warnings = [ "known as data" ];
          assertions = [
            {
              assertion = true;
              message = throw "not asked for";
            }
          ];
        };
      };
    in
    {
      nixosConfigurations = {
        inherit full;
        plain = host "plain" [ ];
        one = host "one" [ broken ];
        two = host "two" [ broken ];
        three = host "three" [ silent ];
        split.config.system.build.toplevel = drv "nixos-system-split" "echo a > $out; echo b > $doc" {
          outputs = [
            "out"
            "doc"
          ];
        };
        away = host "away" [ foreign ];
        # Nothing they need fails, they do.
        ends.config.system.build.toplevel = drv "nixos-system-ends" "kill -9 $$" { };
        errs.config.system.build.toplevel = drv "nixos-system-errs" "exit 4" { };
        long = host "long" [ long ];
        "odd.\"name\"$\${x}\\" = host "odd" [ ];
        asserts = full // {
          config = full.config // {
            system = full.config.system // {
              build.toplevel = throw "\nFailed assertions:\n- first";
            };
            warnings = [ "hidden by the throw" ];
            assertions = [
              {
                assertion = false;
                message = "first";
              }
              {
                assertion = false;
                message = "second\n- with a dash";
              }
              {
                assertion = throw "cannot be told";
                message = "third";
              }
            ];
          };
        };
        typo = host "typo" [ (import ./typo.nix) ];
        # Only who looks at its options sees that one is broken.
        unlooked = host "unlooked" [ ] // {
          options = {
            _module = { };
            broken = { }.option;
          };
        };
      };
    };
}
