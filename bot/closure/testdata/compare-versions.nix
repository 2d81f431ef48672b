# Every pair of hard versions through builtins.compareVersions. Captured with
#
#   nix eval --impure --json --expr 'import ./compare-versions.nix' > compare-versions.json
let
  versions = [
    "" "." "-" "a" "pre" "01" "1" "1." "1.0-" "1..0" "1.0" "1.0.0" "1.02" "1.2" "1_2" "1-2-3" "1.é" "1.a.b" "1.a-b" "1.a.c" "1.ab"
    "1.0-rc1" "1.0-rc2" "1.0rc1" "1.0+git" "1.0pre" "1.0-pre2"
    "2.3" "2.3.0" "2.3.1" "2.3.1a" "2.3a" "2.3c" "2.3pre1" "2.3pre12" "2.3pre3" "2.9" "2.10" "2.40-9" "2.40-66"
    "9.9p1" "9p2" "10.0p2" "20250101" "2025-01-01" "2024-12-31"
    "2147483647" "2147483648" "99999999999" "20250101123456" "20250101123457" "00000000000000000001"
    "unstable-2024-01-01" "unstable-2024-02-01" "0-unstable-2024-01-01"
    "25.05.20250101.abcdef0" "25.11.20251101.bcdef01" "0ce27b5" "d3feec4"
  ];
in
{
  inherit versions;
  results = map (a: map (b: builtins.compareVersions a b) versions) versions;
}
