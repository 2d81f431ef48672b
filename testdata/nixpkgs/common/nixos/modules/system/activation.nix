{ config, lib, pkgs, ... }:
with lib;
let
  snippet = name: text: ''
    #### Activation script snippet ${name}:
    _localstatus=0
    ${text}
    if (( _localstatus > 0 )); then
      printf "Activation script snippet '%s' failed (%s)\n" "${name}" "$_localstatus"
    fi
  '';
in
{
  options.system = {
    activationScripts = mkOption { type = types.attrsOf types.lines; default = { }; description = "Shell fragments run when a system is activated."; };
    build.activationScript = mkOption { internal = true; type = types.str; description = "The text of the script."; };
  };
  config.system = {
    activationScripts = {
      etc = "echo \"setting up /etc...\"\n${pkgs.perl}/bin/perl ${pkgs.writeText "setup-etc.pl" "# links /etc\n"} ${config.system.build.etc}/etc";
      hostname = "hostname ${escapeShellArg config.networking.hostName}";
      modprobe = "echo ${config.system.build.modprobe} > /proc/sys/kernel/modprobe";
      var = "mkdir -m 0755 -p /var /var/empty";
    };
    build.activationScript = ''
      #!${pkgs.bash}/bin/bash

      systemConfig='@out@'

      export PATH=/empty
      for i in ${pkgs.coreutils} ${pkgs.util-linux}; do
          PATH=$PATH:$i/bin:$i/sbin
      done

      ${concatStrings (mapAttrsToList snippet config.system.activationScripts)}
      ln -sfn "$(readlink -f "$systemConfig")" /run/current-system
    '';
  };
}
