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
      full = {
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
      };
    };
}
