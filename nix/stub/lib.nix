# The functions of nixpkgs' lib that rune's flake uses, with nixpkgs' meaning.
rec {
  inherit (builtins) mapAttrs replaceStrings;
  genAttrs =
    names: make:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = make name;
      }) names
    );
  optionalAttrs = condition: set: if condition then set else { };
  optionalString = condition: text: if condition then text else "";
  importTOML = file: fromTOML (builtins.readFile file);
  makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
  licenses = genAttrs [ "mit" "asl20" ] (name: name);
  platforms.unix = [ ];

  # A file set is a list of paths here; as in nixpkgs, each has to exist.
  fileset = {
    maybeMissing = path: if builtins.pathExists path then path else [ ];
    unions = builtins.concatMap (
      entry:
      if builtins.isList entry then
        entry
      else if builtins.pathExists entry then
        [ entry ]
      else
        throw "no such file: ${toString entry}"
    );
    toSource =
      { root, fileset }:
      let
        isIn = path: folder: path == folder || hasPrefix "${folder}/" path;
      in
      builtins.path {
        path = root;
        name = "source";
        filter =
          path: _: builtins.any (file: isIn path (toString file) || isIn (toString file) path) fileset;
      };
  };
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
}
