{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.postgresql;
  at = versionAtLeast config.system.stateVersion;
in
{
  options.services.postgresql = {
    enable = mkEnableOption "PostgreSQL";
    package = mkOption {
      type = types.package;
      default = if at "25.11" then pkgs.postgresql_17 else pkgs.postgresql_16;
      description = "The PostgreSQL package to use.";
    };
    dataDir = mkOption { type = types.path; default = "/var/lib/postgresql/${cfg.package.psqlSchema}"; description = "The data directory."; };
    ensureDatabases = mkOption { type = types.listOf types.str; default = [ ]; description = "Databases that are made when missing."; };
    settings = mkOption { type = types.attrsOf types.anything; default = { }; description = "Settings of postgresql.conf."; };
  };
  config = mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    users.users.postgres = { isSystemUser = true; uid = 71; group = "postgres"; home = cfg.dataDir; };
    users.groups.postgres.gid = 71;
    systemd.services.postgresql = {
      description = "PostgreSQL Server";
      wantedBy = [ "multi-user.target" ];
      environment.PGDATA = cfg.dataDir;
      path = [ cfg.package ];
      preStart = "test -e ${cfg.dataDir}/PG_VERSION || initdb -U postgres\n";
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/postgres";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        User = "postgres";
        StateDirectory = "postgresql postgresql/${cfg.package.psqlSchema}";
        Type = "notify";
      };
    };
    systemd.services.postgresql-setup = mkIf (cfg.ensureDatabases != [ ]) {
      description = "PostgreSQL Setup Scripts";
      requires = [ "postgresql.service" ];
      after = [ "postgresql.service" ];
      wantedBy = [ "multi-user.target" ];
      script = concatMapStrings (db: "psql -c 'CREATE DATABASE ${db}'\n") cfg.ensureDatabases;
      path = [ cfg.package ];
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; User = "postgres"; };
    };
  };
}
