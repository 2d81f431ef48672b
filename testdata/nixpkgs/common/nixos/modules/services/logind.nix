{ config, lib, ... }:
with lib;
let cfg = config.services.logind.settings.Login; in
{
  options.services.logind.settings.Login = {
    HandleLidSwitch = mkOption { type = types.enum [ "ignore" "poweroff" "reboot" "suspend" "hibernate" "lock" ]; default = "suspend"; description = "What closing the lid does."; };
    KillUserProcesses = mkOption { type = types.bool; default = false; description = "Whether logging out ends a user's processes."; };
  };
  config = {
    environment.etc."systemd/logind.conf".text = ''
      [Login]
      HandleLidSwitch=${cfg.HandleLidSwitch}
      KillUserProcesses=${boolToString cfg.KillUserProcesses}
    '';
    systemd.services.systemd-logind = {
      dropIn = true;
      wantedBy = [ "multi-user.target" ];
      restartIfChanged = false;
      restartTriggers = [ config.environment.etc."systemd/logind.conf".source ];
    };
  };
}
