# Two hosts, one and two, and what they share. Everything is a text that names
# what it refers to.
let
  make =
    name: needs: attrs:
    derivation (
      {
        inherit name needs;
        system = builtins.currentSystem;
        builder = "/bin/sh";
        args = [
          "-c"
          "for o in $outputs; do eval \"echo $name $needs > \\$$o\"; done"
        ];
        outputs = [ "out" ];
      }
      // attrs
    );
in
rec {
  lib = make "lib" [ ] {
    outputs = [
      "out"
      "dev"
    ];
  };
  tool = make "tool" [ lib ] { };
  # In no cache, but it is built from what is.
  config = make "config" [ tool lib.dev ] { };
  # In the cache, but Nix is asked not to look there.
  glue = make "glue" [ tool ] {
    allowSubstitutes = false;
    preferLocalBuild = true;
  };
  structured = make "structured" [ lib ] {
    __structuredAttrs = true;
    allowSubstitutes = false;
  };
  one = make "one" [ config glue ] { };
  two = make "two" [ tool structured ] { };
}
