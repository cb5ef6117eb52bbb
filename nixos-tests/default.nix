# One virtual machine test for each tmux, named after it: the oldest that rune supports and the one of the
# pinned nixpkgs. docs/nix.md says which versions only the tests outside Nix cover.
{
  lib,
  makeBinaryWrapper,
  runCommand,
  testers,
  tmux,
  rune,
  # A nixpkgs whose tmux is 2.6.
  oldPkgs,
}:

let
  # The glibc of that release cannot read a newer system's locales, and tmux needs a UTF-8 one to start.
  oldTmux = runCommand "tmux-2.6" { nativeBuildInputs = [ makeBinaryWrapper ]; } ''
    makeWrapper ${oldPkgs.tmux}/bin/tmux $out/bin/tmux \
      --set LOCALE_ARCHIVE ${oldPkgs.glibcLocales}/lib/locale/locale-archive \
      --set LC_ALL en_US.UTF-8
  '';
  tmuxes = {
    tmux-2_6 = oldTmux;
    "tmux-${lib.replaceStrings [ "." ] [ "_" ] tmux.version}" = tmux;
  };
in
lib.mapAttrs (
  name: tmux:
  testers.runNixOSTest {
    imports = [ ./rune.nix ];
    inherit name;
    _module.args = { inherit rune tmux; };
  }
) tmuxes
