# What `nix develop` gives: everything the package is built and tested with, and the tools of a developer.
{
  mkShell,
  rune,
  cargo-nextest,
  clippy,
  fish,
  git,
  jq,
  procps,
  python3,
  rust-analyzer,
  rustfmt,
  shellcheck,
  tmux,
  vim,
  zsh,
}:

mkShell {
  inputsFrom = [ rune ];
  packages = [
    cargo-nextest
    clippy
    fish
    git
    jq
    procps
    python3
    rust-analyzer
    rustfmt
    shellcheck
    tmux
    vim
    zsh
  ];
}
