{ config, lib, pkgs, ... }:
with lib;
let
  user = { name, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The name of the account."; };
      uid = mkOption { type = types.nullOr types.int; default = null; description = "The account's number."; };
      group = mkOption { type = types.str; default = ""; description = "The primary group."; };
      extraGroups = mkOption { type = types.listOf types.str; default = [ ]; description = "The other groups."; };
      description = mkOption { type = types.str; default = ""; description = "A short description."; };
      home = mkOption { type = types.path; default = "/var/empty"; description = "The home directory."; };
      createHome = mkOption { type = types.bool; default = false; description = "Whether to make the home directory."; };
      shell = mkOption { type = types.nullOr (types.either types.package types.path); default = "${pkgs.util-linux}/bin/nologin"; description = "The login shell."; };
      isSystemUser = mkOption { type = types.bool; default = false; description = "Whether this is an account of a service."; };
      isNormalUser = mkOption { type = types.bool; default = false; description = "Whether this is an account of a person."; };
      packages = mkOption { type = types.listOf types.package; default = [ ]; description = "The packages of this account."; };
      openssh.authorizedKeys.keys = mkOption { type = types.listOf types.str; default = [ ]; description = "Public keys that may log in."; };
      hashedPasswordFile = mkOption { type = types.nullOr types.str; default = null; description = "A file with the password's hash."; };
    };
  };
  group = { name, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "The name of the group."; };
      gid = mkOption { type = types.nullOr types.int; default = null; description = "The group's number."; };
      members = mkOption { type = types.listOf types.str; default = [ ]; description = "Its members."; };
    };
  };
  cfg = config.users;
  person = u: u // optionalAttrs u.isNormalUser {
    group = if u.group == "" then "users" else u.group;
    home = "/home/${u.name}";
    createHome = true;
    shell = "${pkgs.bash}/bin/bash";
  };
  users = map person (attrValues cfg.users);
  spec = pkgs.writeText "users-groups.json" (toJSON {
    inherit (cfg) mutableUsers;
    users = map
      (u: {
        inherit (u) name uid group description home createHome isSystemUser hashedPasswordFile;
        shell = toString u.shell;
        extraGroups = sort (a: b: a < b) u.extraGroups;
      })
      users;
    groups = map
      (g: {
        inherit (g) name gid;
        members = sort (a: b: a < b) (unique (g.members
          ++ map (u: u.name) (filter (u: elem g.name u.extraGroups) users)));
      })
      (attrValues cfg.groups);
  });
in
{
  options.users = {
    mutableUsers = mkOption { type = types.bool; default = true; description = "Whether accounts can be changed on the machine."; };
    users = mkOption { type = types.attrsOf (types.submodule user); default = { }; description = "Accounts."; };
    groups = mkOption { type = types.attrsOf (types.submodule group); default = { }; description = "Groups."; };
  };
  config = {
    users.users.root = { uid = 0; group = "root"; home = "/root"; shell = "${pkgs.bash}/bin/bash"; };
    users.users.nobody = { uid = 65534; group = "nogroup"; isSystemUser = true; };
    users.groups = { root.gid = 0; wheel.gid = 1; users.gid = 100; nogroup.gid = 65534; };
    assertions = mapAttrsToList
      (name: u: {
        assertion = u.isNormalUser || u.isSystemUser || name == "root";
        message = "Exactly one of users.users.${name}.isSystemUser and users.users.${name}.isNormalUser must be set.";
      })
      cfg.users;
    environment.systemPackages = concatMap (u: u.packages) (attrValues cfg.users);
    environment.etc = mapAttrs'
      (name: u: nameValuePair "ssh/authorized_keys.d/${name}" { text = concatLines u.openssh.authorizedKeys.keys; })
      (filterAttrs (_: u: u.openssh.authorizedKeys.keys != [ ]) cfg.users);
    system.activationScripts.users = ''
      ${pkgs.perl}/bin/perl -w ${pkgs.writeText "update-users-groups.pl" "# applies users-groups.json\n"} ${spec}
    '';
  };
}
