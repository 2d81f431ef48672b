{ pkgs, ... }:

{
  home.packages = with pkgs; [ ripgrep ];

  programs.git = {
    enable = true;
    userName = "Alice";
    userEmail = "alice@example.org";
  };

  home.stateVersion = "25.05";
}
