# Options under their former names, silently.
{ lib, ... }:
{
  imports = [
    (lib.mkAliasOptionModule [ "programs" "git" "userName" ] [ "programs" "git" "settings" "user" "name" ])
    (lib.mkAliasOptionModule [ "programs" "git" "userEmail" ] [ "programs" "git" "settings" "user" "email" ])
  ];
}
