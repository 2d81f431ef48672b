{ config, lib, pkgs, ... }:
with lib;
let
  build = config.system.build;
  systemdPackage = config.systemd.package;
  out = placeholder "out";
  kernelImage = "${build.kernel}/${build.kernel.kernelFile}";
  label = "NixOS ${config.system.nixos.codeName} ${config.system.nixos.label} (Linux ${build.kernel.version})";

  switchWrapper = ''
    #! ${pkgs.bash}/bin/bash -e
    export OUT='${out}'
    export TOPLEVEL='${out}'
    export DISTRO_ID='nixos'
    export INSTALL_BOOTLOADER='${build.installBootLoader}'
    export PRE_SWITCH_CHECK='${pkgs.writeShellScript "pre-switch-checks" "exit 0\n"}'
    export LOCALE_ARCHIVE='${pkgs.glibcLocales}/lib/locale/locale-archive'
    export SYSTEMD='${systemdPackage}'
    exec "${pkgs.switch-to-configuration-ng}/bin/switch-to-configuration" "$@"
  '';
  activate = dry: replaceStrings [ "@out@" ] [ out ] build.activationScript + optionalString dry "# dry run\n";

  bootspec = toJSON {
    "org.nixos.bootspec.v1" = {
      inherit label;
      kernel = kernelImage;
      initrd = "${build.initialRamdisk}/initrd";
      init = "${out}/init";
      kernelParams = config.boot.kernelParams;
      system = config.nixpkgs.system;
      toplevel = out;
    };
    "org.nixos.specialisation.v1" = { };
  };

  system = pkgs.stdenv.mkDerivation {
    name = "nixos-system-${config.system.name}-${config.system.nixos.label}";
    files = {
      activate.exe = activate false;
      dry-activate.exe = activate true;
      append-initrd-secrets.exe = "#! ${pkgs.bash}/bin/bash\nexit 0\n";
      "boot.json".text = bootspec;
      etc.link = "${build.etc}/etc";
      extra-dependencies.text = "";
      firmware.link = "${build.firmware}/lib/firmware";
      init-interface-version.text = "systemd 2";
      initrd.link = "${build.initialRamdisk}/initrd";
      kernel.link = kernelImage;
      kernel-modules.link = "${config.system.modulesTree}";
      kernel-params.text = concatStringsSep " " config.boot.kernelParams;
      nixos-version.text = config.system.nixos.label;
      sw.link = "${config.system.path}";
      system.text = config.nixpkgs.system;
      systemd.link = "${systemdPackage}";
    }
    // (if config.boot.initrd.systemd.enable
    then { init.link = "${systemdPackage}/lib/systemd/systemd"; prepare-root.exe = "#! ${pkgs.bash}/bin/bash\nsystemConfig=${out}\n"; }
    else { init.exe = "#! ${pkgs.bash}/bin/bash\nsystemConfig=${out}\nexec ${systemdPackage}/lib/systemd/systemd\n"; })
    // optionalAttrs config.system.switch.enable { "bin/switch-to-configuration".exe = switchWrapper; }
    // config.system.systemBuilderFiles;
  };

  failed = map (a: a.message) (filter (a: !a.assertion) config.assertions);
in
{
  options.system.build.toplevel = mkOption { type = types.package; readOnly = true; description = "The whole system."; };
  config.system.build.toplevel =
    if failed != [ ] then throw "\nFailed assertions:\n${concatStringsSep "\n" (map (m: "- ${m}") failed)}"
    else showWarnings config.warnings system;
}
