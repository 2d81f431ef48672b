{ config, lib, pkgs, ... }:
with lib;
let git = config.programs.git; in
{
  options.programs = {
    git.enable = mkEnableOption "Git";
    git.settings.user = {
      name = mkOption { type = types.nullOr types.str; default = null; description = "The author's name."; };
      email = mkOption { type = types.nullOr types.str; default = null; description = "The author's address."; };
    };
    ripgrep.enable = mkEnableOption "ripgrep";
  };
  config = mkMerge [
    (mkIf git.enable {
      home.packages = [ pkgs.git ];
      home.file.".config/git/config".text = "[user]\nname = ${toString git.settings.user.name}\nemail = ${toString git.settings.user.email}\n";
    })
    (mkIf config.programs.ripgrep.enable { home.packages = [ pkgs.ripgrep ]; })
  ];
}
