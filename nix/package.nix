# rune as a package: built, tested against a real tmux in the sandbox, with completions and manual pages.
{
  lib,
  stdenv,
  bashInteractive,
  dash,
  fish,
  rustPlatform,
  installShellFiles,
  makeBinaryWrapper,
  git,
  procps,
  python3,
  tmux,
  util-linux,
  vim,
  zsh,
  # The commit that `rune --version` names.
  revision ? "unknown",
}:

rustPlatform.buildRustPackage {
  pname = "rune";
  inherit ((lib.importTOML ../Cargo.toml).package) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../.config
      ../CHANGELOG.md
      ../Cargo.lock
      ../Cargo.toml
      ../README.md
      ../build.rs
      ../clippy.toml
      ../rustfmt.toml
      ../benches
      ../docs
      ../examples
      ../rune.yaml
      ../scripts
      ../src
      ../tests
    ];
  };
  cargoLock.lockFile = ../Cargo.lock;
  env.RUNE_REVISION = revision;

  nativeBuildInputs = [
    installShellFiles
    makeBinaryWrapper
  ];

  # The tests start real tmux servers. On macOS they have never been run in the sandbox.
  doCheck = stdenv.hostPlatform.isLinux;
  useNextest = true;
  checkType = "debug";
  nativeCheckInputs = [
    bashInteractive
    dash
    fish
    git
    procps
    python3
    tmux
    util-linux
    vim
    zsh
  ];
  preCheck = ''
    export HOME=$TMPDIR TMUX_TMPDIR=$TMPDIR LANG=C.UTF-8
  '';

  # A tmux on the user's own PATH wins: client and server have to be the same version.
  postInstall = ''
    wrapProgram $out/bin/rune --suffix PATH : ${lib.makeBinPath [ tmux ]}
  ''
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for shell in bash fish zsh; do
      $out/bin/rune completions $shell >rune.$shell
    done
    installShellCompletion --cmd rune rune.{bash,fish,zsh}
    for page in rune.1 rune.yaml.5; do
      $out/bin/rune man ''${page%.*} >$page
    done
    installManPage rune.1 rune.yaml.5
  '';

  meta = {
    description = "Starts your working day: runs the project's ritual and brings tmux to the declared workspace";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "rune";
    platforms = lib.platforms.unix;
  };
}
