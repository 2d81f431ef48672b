# What the owner of a misspelt option may have meant: its nearest neighbours.
lib:
with lib;
let
  # How many letters in a row two names share from their start.
  shared = a: b:
    if a == "" || b == "" || substring 0 1 a != substring 0 1 b then 0
    else 1 + shared (substring 1 (-1) a) (substring 1 (-1) b);
  quoted = map (loc: "`${showOption loc}'");
  phrase = names:
    if length names == 1 then head names
    else "${concatStringsSep ", " (take (length names - 1) names)} or ${last names}";
in
{
  # suggestions prefix loc options gives the text that follows the error.
  suggestions = prefix: loc: options:
    let
      parent = take (length loc - 1) loc;
      inside = genList (i: elemAt parent (i + length prefix)) (length parent - length prefix);
      siblings = filter (n: n != "_module") (attrNames (attrByPath inside { } options));
      near = sort (a: b: shared a (last loc) > shared b (last loc)) siblings;
    in
    if near == [ ] then ""
    else "\n\nDid you mean ${phrase (quoted (map (n: parent ++ [ n ]) (take 3 near)))}?";
}
