# The lints of `.ci/run` as checks: clippy with warnings as errors, and the format.
{ pkgs, rune }:

{
  clippy = rune.overrideAttrs (old: {
    pname = "rune-clippy";
    nativeBuildInputs = old.nativeBuildInputs ++ [ pkgs.clippy ];
    buildPhase = "cargo clippy --offline --all-targets -- -D warnings";
    installPhase = "touch $out";
    doCheck = false;
  });

  rustfmt =
    pkgs.runCommand "rune-rustfmt"
      {
        nativeBuildInputs = [
          pkgs.cargo
          pkgs.rustfmt
        ];
      }
      ''
        cd ${rune.src}
        cargo fmt --check
        touch $out
      '';
}
