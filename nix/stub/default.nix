# A stand-in for nixpkgs, for machines without network: enough of it to evaluate every output of rune's flake
# (`scripts/check-flake`). Its packages cannot be built. It is strict where that finds mistakes: an argument of
# callPackage, an attribute of buildRustPackage or a member of a VM test that is not listed here is an error.
{
  system,
  config ? { },
  overlays ? [ ],
}:

assert config == { } && overlays == [ ];
let
  lib = import ./lib.nix;

  # Refuses attributes that are not in `known`.
  only =
    what: known: set:
    let
      unknown = builtins.attrNames (removeAttrs set known);
    in
    if unknown == [ ] then set else throw "${what}: unknown ${toString unknown}";

  mkDerivation =
    attrs:
    let
      # What goes into the derivation itself: everything, as text, so that all of it is evaluated.
      drv = derivation {
        name = attrs.name or "${attrs.pname}-${attrs.version}";
        inherit system;
        builder = "/bin/sh";
        attrs = builtins.toJSON (removeAttrs attrs [ "meta" ]);
      };
    in
    drv
    // attrs
    // {
      overrideAttrs = change: mkDerivation (attrs // change attrs);
    };

  package =
    name:
    mkDerivation {
      pname = name;
      version = "0";
    };

  callPackage =
    path: arguments:
    let
      make = import path;
      wanted = builtins.functionArgs make;
      found = builtins.intersectAttrs wanted pkgs;
    in
    make (found // arguments);

  checkNode =
    node:
    only "node" [ "environment" "users" ] node
    // {
      environment = only "environment" [ "systemPackages" ] node.environment;
      users.users = builtins.mapAttrs (
        _:
        only "user" [
          "isNormalUser"
          "linger"
          "uid"
        ]
      ) (only "users" [ "users" ] node.users).users;
    };

  pkgs =
    lib.genAttrs [
      "bashInteractive"
      "cargo"
      "cargo-nextest"
      "clippy"
      "dash"
      "fish"
      "git"
      "glibcLocales"
      "installShellFiles"
      "jq"
      "makeBinaryWrapper"
      "nixfmt-tree"
      "procps"
      "python3"
      "rust-analyzer"
      "rustfmt"
      "shellcheck"
      "util-linux"
      "vim"
      "zsh"
    ] package
    // {
      inherit lib callPackage;
      tmux = mkDerivation {
        pname = "tmux";
        version = "3.7b";
      };
      stdenv = rec {
        hostPlatform = {
          inherit system;
          isLinux = lib.hasPrefix "x86_64-linux" system || lib.hasPrefix "aarch64-linux" system;
        };
        buildPlatform.canExecute = platform: platform == hostPlatform;
      };
      runCommand =
        name: attrs: script:
        mkDerivation (attrs // { inherit name script; });
      mkShell =
        attrs: mkDerivation ({ name = "nix-shell"; } // only "mkShell" [ "inputsFrom" "packages" ] attrs);
      rustPlatform.buildRustPackage =
        attrs:
        assert builtins.pathExists attrs.cargoLock.lockFile;
        mkDerivation (
          only "buildRustPackage" [
            "cargoLock"
            "checkType"
            "doCheck"
            "env"
            "meta"
            "nativeBuildInputs"
            "nativeCheckInputs"
            "pname"
            "postInstall"
            "preCheck"
            "src"
            "useNextest"
            "version"
          ] attrs
        );
      testers.runNixOSTest =
        test:
        let
          module = only "runNixOSTest" [ "_module" "imports" "name" ] test;
          arguments = {
            inherit lib;
          }
          // module._module.args;
          imported = map (file: import file arguments) module.imports;
          merged = only "VM test" [ "globalTimeout" "nodes" "testScript" ] (
            builtins.foldl' (all: one: all // one) { } imported
          );
          nodes = builtins.mapAttrs (_: node: node { inherit lib pkgs; }) merged.nodes;
        in
        mkDerivation {
          name = "vm-test-run-${module.name}";
          inherit (merged) globalTimeout testScript;
          nodes = builtins.mapAttrs (_: checkNode) nodes;
        };
    };
in
pkgs
