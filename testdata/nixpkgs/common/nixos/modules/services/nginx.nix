{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.services.nginx;
  host = { options = {
    root = mkOption { type = types.nullOr types.path; default = null; description = "The directory that is served."; };
    forceSSL = mkOption { type = types.bool; default = false; description = "Whether plain requests are sent to HTTPS."; };
    locations = mkOption {
      type = types.attrsOf (types.submodule { options.proxyPass = mkOption { type = types.nullOr types.str; default = null; description = "Where requests are passed on to."; }; });
      default = { };
      description = "Locations.";
    };
  }; };
  location = path: l: "  location ${path} { ${optionalString (l.proxyPass != null) "proxy_pass ${l.proxyPass};"} }\n";
  server = name: h: "server { server_name ${name};\n${optionalString (h.root != null) "  root ${toString h.root};\n"}${concatStrings (mapAttrsToList location h.locations)}}\n";
  conf = pkgs.writeText "nginx.conf" ''
    pid /run/nginx/nginx.pid;
    ${concatStrings (mapAttrsToList server cfg.virtualHosts)}
  '';
in
{
  options.services.nginx = {
    enable = mkEnableOption "Nginx Web Server";
    package = mkPackageOption pkgs "nginx" { };
    recommendedTlsSettings = mkEnableOption "recommended TLS settings";
    virtualHosts = mkOption { type = types.attrsOf (types.submodule host); default = { }; description = "Virtual hosts."; };
  };
  config = mkIf cfg.enable {
    networking.firewall.allowedTCPPorts = [ 80 443 ];
    users.users.nginx = { isSystemUser = true; group = "nginx"; uid = 60; };
    users.groups.nginx.gid = 60;
    systemd.services.nginx = {
      description = "Nginx Web Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      stopIfChanged = false;
      serviceConfig = {
        ExecStart = "${cfg.package}/bin/nginx -c ${conf}";
        ExecReload = [ "${cfg.package}/bin/nginx -c ${conf} -t" "${pkgs.coreutils}/bin/kill -HUP $MAINPID" ];
        Restart = "always";
        User = "nginx";
      };
    };
  };
}
