# A machine with rune, one tmux and a user, and what this user does on it. The script names no store path, so
# that `scripts/vm-test-on-host` can run the very same text on a machine without Nix.
{ rune, tmux, ... }:

{
  globalTimeout = 300;

  nodes.machine =
    { pkgs, ... }:
    {
      environment.systemPackages = [
        rune
        tmux
        pkgs.procps
      ];
      users.users.alice = {
        isNormalUser = true;
        uid = 1000;
        # Keeps her processes and her XDG_RUNTIME_DIR between the commands of the test.
        linger = true;
      };
    };

  testScript = builtins.readFile ./rune.py;
}
