# This release has no suggestions for misspelt options.
_: { suggestions = _: _: _: ""; }
