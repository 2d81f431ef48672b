self: super: {
  jq = super.make "jq-1.7" { src = super.jq-source; changed = true; };
  lib-z = super.make "lib-z-1.2" { changed = true; };
  mine = super.make "mine-1" { };
}
