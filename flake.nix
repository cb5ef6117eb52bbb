{
  description = "rune turns a config file into a working day: its ritual, then its tmux workspace";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    # The oldest tmux that rune supports, as this release built it. Nothing else is taken from here.
    nixpkgs-tmux-2_6 = {
      url = "github:NixOS/nixpkgs/18.03";
      flake = false;
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      nixpkgs-tmux-2_6,
    }:
    let
      inherit (nixpkgs) lib;
      forEachSystem =
        make:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
          "aarch64-darwin"
        ] (system: make nixpkgs.legacyPackages.${system});
      runeFor =
        pkgs:
        pkgs.callPackage ./nix/package.nix { revision = self.shortRev or self.dirtyShortRev or "unknown"; };
    in
    {
      overlays.default = final: _: { rune = runeFor final; };

      packages = forEachSystem (pkgs: rec {
        rune = runeFor pkgs;
        default = rune;
      });

      devShells = forEachSystem (pkgs: {
        default = pkgs.callPackage ./nix/shell.nix { rune = runeFor pkgs; };
      });

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);

      checks = forEachSystem (
        pkgs:
        let
          rune = runeFor pkgs;
        in
        {
          package = rune;
        }
        // import ./nix/lints.nix { inherit pkgs rune; }
        # Virtual machines exist on Linux only.
        // lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux (
          pkgs.callPackage ./nixos-tests {
            inherit rune;
            oldPkgs = import nixpkgs-tmux-2_6 {
              inherit (pkgs.stdenv.hostPlatform) system;
              config = { };
              overlays = [ ];
            };
          }
        )
      );
    };
}
