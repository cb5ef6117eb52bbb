{
  description = "A stand-in for nixpkgs, just large enough to evaluate rune's flake (see default.nix)";

  outputs = _: {
    lib = import ./lib.nix;
    legacyPackages = (import ./lib.nix).genAttrs [
      "x86_64-linux"
      "aarch64-linux"
      "aarch64-darwin"
    ] (system: import ./. { inherit system; });
  };
}
