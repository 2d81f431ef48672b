# Options under their former names: they warn.
{ lib, ... }:
{
  imports = [
    (lib.mkRenamedOptionModule [ "programs" "git" "userName" ] [ "programs" "git" "settings" "user" "name" ])
    (lib.mkRenamedOptionModule [ "programs" "git" "userEmail" ] [ "programs" "git" "settings" "user" "email" ])
  ];
}
