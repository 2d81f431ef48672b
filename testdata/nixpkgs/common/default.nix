# import <nixpkgs> { system, config, overlays }
import ./pkgs/top-level
