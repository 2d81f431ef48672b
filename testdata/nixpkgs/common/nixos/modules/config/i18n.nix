{ config, lib, pkgs, ... }:
with lib;
{
  options = {
    i18n.defaultLocale = mkOption { type = types.str; default = "en_US.UTF-8"; description = "The default locale."; };
    console.keyMap = mkOption { type = types.str; default = "us"; description = "The keyboard mapping of the virtual consoles."; };
    time.timeZone = mkOption { type = types.nullOr types.str; default = null; description = "The time zone."; };
  };
  config.environment.etc = {
    "locale.conf".text = "LANG=${config.i18n.defaultLocale}\n";
    "vconsole.conf".text = "KEYMAP=${config.console.keyMap}\n";
    zoneinfo.source = "${pkgs.tzdata}/share/zoneinfo";
  } // optionalAttrs (config.time.timeZone != null) {
    localtime.source = "${pkgs.tzdata}/share/zoneinfo/${config.time.timeZone}";
  };
}
