base: overlays:
let
  extended = builtins.foldl' (before: overlay: self: let super = before self; in super // overlay self super) base overlays;
  self = extended self;
in
self
