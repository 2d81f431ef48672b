{ ... }:

{
  # Without system.stateVersion, it is that of the release.
  networking.useDHCP = true;
}
