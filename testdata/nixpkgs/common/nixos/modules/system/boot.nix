{ config, lib, pkgs, ... }:
with lib;
let
  cfg = config.boot;
  kernel = cfg.kernelPackages.kernel;
  modern = versionAtLeast trivial.release "26.05";
  loader =
    if cfg.loader.grub.enable then pkgs.writeShellScript "install-grub.sh" "${pkgs.grub}/bin/grub-install ${cfg.loader.grub.device}\n"
    else if cfg.loader.systemd-boot.enable then pkgs.writeShellScript "install-systemd-boot.sh" "${config.systemd.package}/bin/bootctl install\n"
    else if cfg.loader.generic-extlinux-compatible.enable then pkgs.writeShellScript "extlinux-conf-builder.sh" "${pkgs.uboot-raspberrypi}/bin/u-boot\n"
    else pkgs.writeShellScript "no-boot-loader" "exit 0\n";
in
{
  options = {
    boot = {
      kernelPackages = mkOption { type = types.raw; default = pkgs.linuxPackages; description = "The kernel and the modules built for it."; };
      kernelParams = mkOption { type = types.listOf types.str; default = [ ]; description = "Parameters of the kernel command line."; };
      kernelModules = mkOption { type = types.listOf types.str; default = [ ]; description = "Modules to load in the second stage."; };
      extraModulePackages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages of further kernel modules."; };
      supportedFilesystems = mkOption { type = types.listOf types.str; default = [ ]; description = "File systems the machine can mount."; };
      initrd.availableKernelModules = mkOption { type = types.listOf types.str; default = [ "nvme" "ext4" ]; description = "Modules in the initrd."; };
      initrd.systemd.enable = mkOption { type = types.bool; default = modern; description = "Whether systemd runs in the initrd."; };
      initrd.luks.devices = mkOption {
        type = types.attrsOf (types.submodule { options.device = mkOption { type = types.str; description = "The encrypted device."; }; });
        default = { };
        description = "Encrypted devices opened in the initrd.";
      };
      kernel.sysctl = mkOption { type = types.attrsOf (types.either types.int types.str); default = { }; description = "Settings of the running kernel."; };
      loader.grub.enable = mkEnableOption "GRUB";
      loader.grub.device = mkOption { type = types.str; default = ""; description = "The device GRUB is installed on."; };
      loader.systemd-boot.enable = mkEnableOption "systemd-boot";
      loader.generic-extlinux-compatible.enable = mkEnableOption "an extlinux.conf for U-Boot";
    };
    hardware.firmware = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages with firmware."; };
    hardware.enableRedistributableFirmware = mkEnableOption "firmware that may be redistributed";
    system.modulesTree = mkOption { internal = true; type = types.package; description = "The tree of kernel modules."; };
    system.build = {
      kernel = mkOption { internal = true; type = types.package; description = "The kernel."; };
      initialRamdisk = mkOption { internal = true; type = types.package; description = "The initrd."; };
      installBootLoader = mkOption { internal = true; type = types.package; description = "The program that writes the boot menu."; };
      modprobe = mkOption { internal = true; type = types.package; description = "A modprobe that knows the modules tree."; };
      firmware = mkOption { internal = true; type = types.package; description = "The tree of firmware."; };
    };
  };
  config = {
    boot.kernelParams = mkAfter ([ "loglevel=4" ] ++ optional modern "lsm=landlock,yama,bpf");
    boot.kernel.sysctl."kernel.printk" = mkDefault "4 4 1 7";
    hardware.firmware = mkIf config.hardware.enableRedistributableFirmware [ pkgs.linux-firmware ];
    environment.etc."sysctl.d/60-nixos.conf".text =
      concatStrings (mapAttrsToList (n: v: "${n}=${toString v}\n") cfg.kernel.sysctl);
    environment.etc."modules-load.d/nixos.conf".text = concatLines cfg.kernelModules;
    system.modulesTree = pkgs.runCommand "kernel-modules" { } ''
      base=lib/modules/${kernel.modDirVersion}
      mkdir -p "$out/$base"
      for dir in ${toString (map (p: "${p}") ([ kernel.modules ] ++ cfg.extraModulePackages))}; do
        ln -s "$dir/$base"/* "$out/$base/"
      done
    '';
    system.build = {
      inherit kernel;
      installBootLoader = loader;
      modprobe = pkgs.writeShellScript "modprobe" "export MODULE_DIR=${config.system.modulesTree}/lib/modules\n";
      firmware = pkgs.buildEnv { name = "firmware"; dirs = [ "lib/firmware" ]; paths = config.hardware.firmware; };
      initialRamdisk = pkgs.stdenv.mkDerivation {
        name = "initrd-linux-${kernel.version}";
        files.initrd = {
          text = "${toString (sort (a: b: a < b) (cfg.initrd.availableKernelModules ++ cfg.supportedFilesystems))}\n";
          kib = (if cfg.initrd.systemd.enable then 1700 else 900) + 40 * length (attrNames cfg.initrd.luks.devices);
        };
      };
    };
  };
}
