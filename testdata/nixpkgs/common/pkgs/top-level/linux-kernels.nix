# Kernels, their modules outside the tree, and firmware.
{ lib, versions }: pkgs:
let
  inherit (pkgs) stdenv;
  image = if stdenv.hostPlatform.isAarch64 then "Image" else "bzImage";

  kernel = version: stdenv.mkDerivation {
    pname = "linux";
    inherit version;
    outputs = [ "out" "modules" ];
    files.out.${image}.kib = if lib.versionAtLeast version "6.18" then 1180 else 1120;
    files.out."System.map".kib = 90;
    files.modules = lib.listToAttrs (map
      (m: lib.nameValuePair "lib/modules/${version}/kernel/${m}.ko.xz" { kib = 110; })
      [ "drivers/net/igb" "drivers/net/wireguard" "drivers/nvme/nvme" "fs/ext4" "fs/btrfs" "net/nf_tables" ])
    // { "lib/modules/${version}/modules.dep".kib = 6; };
    passthru.kernelFile = image;
    passthru.modDirVersion = version;
  };

  # The zfs of this release, built for one kernel, up to the newest it knows.
  zfsMax = if lib.versionAtLeast versions.zfs "2.4" then "6.18" else "6.17";
  packagesFor = kernel: {
    inherit kernel;
    zfs = stdenv.mkDerivation {
      pname = "zfs-kernel";
      version = "${versions.zfs}-${kernel.version}";
      files."lib/modules/${kernel.modDirVersion}/extra/zfs.ko.xz".kib = 700;
      meta = {
        description = "ZFS Filesystem Linux Kernel module";
        broken = lib.versionOlder zfsMax (lib.versions.majorMinor kernel.version);
      };
    };
  };
  kernels = lib.filterAttrs (name: _: lib.hasPrefix "linux_" name) versions;
in
{
  linuxKernel.kernels = lib.mapAttrs (_: kernel) kernels;
  linuxPackages = pkgs."linuxPackages_${lib.replaceStrings [ "." ] [ "_" ] versions.linux-default}";
  linuxPackages_latest = packagesFor (kernel (lib.last (lib.sort lib.versionOlder (lib.attrValues kernels))));
  zfs = stdenv.mkDerivation {
    pname = "zfs-user";
    version = versions.zfs;
    files."bin/zfs" = { exe = "zfs ${versions.zfs} rpath ${pkgs.openssl.out}/lib:${lib.getLib pkgs.glibc}/lib"; kib = 200; };
    files."bin/zpool" = { exe = "zpool ${versions.zfs}"; kib = 200; };
  };
  linux-firmware = stdenv.mkDerivation {
    pname = "linux-firmware";
    version = versions.linux-firmware;
    files."lib/firmware/iwlwifi.ucode".kib = 1300;
    files."lib/firmware/amdgpu/dcn.bin".kib = 400;
  };
}
// lib.mapAttrs' (name: version:
  lib.nameValuePair (lib.replaceStrings [ "linux_" ] [ "linuxPackages_" ] name) (packagesFor (kernel version)))
  kernels
