# What alice does with rune, from the first start to the last stop, told to a NixOS test driver. It names no
# store path and uses little of `machine`, so that scripts/vm-test-on-host can run it without Nix.

import json
import shlex


def alice(command: str) -> str:
    """The same command, run by alice in her project, as a login shell would."""
    return f"su --login alice --command {shlex.quote('cd ~/work && ' + command)}"


def tmux(command: str) -> str:
    """A tmux command for the server that rune starts."""
    return alice(f"tmux -u -L rune {command}")


CONFIG = """
rituals:
  start:
    global:
      - name: Gate
        command: 'if [ -e gate ]; then echo waiting >gate; cat gate; fi'
      - name: Diary
        command: 'echo started >>diary'
  stop:
    global:
      - name: Diary
        command: 'echo stopped >>diary'

workspace:
  session_name: day
  env:
    GREETING: 'good morning'
  windows:
    - name: editor
      layout: main-vertical
      panes:
        - 'echo "$GREETING" >greeting; exec cat'
        - 'env >environment; exec cat'
        - ''
    - name: server
      layout: even-horizontal
      panes:
        - 'exec tail -f ~/work/marker'
        - 'setsid tail -f ~/work/marker </dev/null >/dev/null 2>&1 & exec cat'
    - name: notes
      panes:
        - command: [sh, -c, 'echo "$1" >argv; exec cat', sh, 'two  words; $HOME']
"""

# Services that say when they are ready and when they are started again; `run` is where they meet.
SERVICES = """
workspace:
  session_name: services
  windows:
    - name: services
      layout: even-vertical
      panes:
        - key: queue
          command: 'mkdir run; mkfifo run/queue; echo open; exec cat <>run/queue'
          ready: {log: '^open$', timeout: 30s}
        - key: flaky
          command: 'test -e run/tried || { : >run/tried; exit 7; }; : >run/up; exec cat'
          needs: [queue]
          ready: {file: run/up, timeout: 30s}
          restart: {when: on-failure, backoff: 100ms..1s, limit: 5 in 60s}
"""

WINDOWS = ["editor 3", "server 2", "notes 1"]
SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
# The brackets keep pgrep from finding the shell that runs it.
LEFT_BEHIND = "pgrep -u $(id -u) -f 'work/[m]arker'"


def windows() -> list[str]:
    """Name and number of panes of every window in the session."""
    return machine.succeed(tmux("list-windows -t =day: -F '#{window_name} #{window_panes}'")).splitlines()


def panes() -> list[str]:
    """Id and process of every pane on the server."""
    return machine.succeed(tmux("list-panes -a -F '#{pane_id} #{pane_pid}'")).splitlines()


def service(key: str) -> dict:
    """What rune says of one of the services."""
    said = json.loads(machine.succeed(alice("cd services && rune status --json")))
    return next(pane for pane in said["panes"] if pane["key"] == key)


def diary() -> list[str]:
    return machine.succeed(alice("cat diary")).split()


machine.wait_for_unit("multi-user.target")
machine.succeed("su --login alice --command 'mkdir work && touch work/marker'")

with subtest("rune finds its tmux and a config"):
    machine.succeed(alice(f"echo {shlex.quote(CONFIG)} >rune.yaml && rune check && rune --version && tmux -V"))
    machine.succeed(alice("rune doctor"))

with subtest("killed in the middle of its ritual, rune starts again from its first command"):
    machine.succeed(alice("mkfifo gate && { rune start -d >first-run 2>&1 & echo $! >first-pid; }"))
    # Opening the fifo waits for the ritual, so rune is in the middle of it now.
    machine.succeed(alice('test "$(timeout 30 head -n 1 gate)" = waiting && kill -9 $(cat first-pid) && rm gate'))
    machine.fail(alice("test -e diary"))
    machine.fail(tmux("has-session -t =day:"))

with subtest("start runs the ritual and brings up the workspace, secrets kept out"):
    machine.succeed(alice(f"GITHUB_TOKEN={SECRET} rune start -d"))
    assert diary() == ["started"], diary()
    assert windows() == WINDOWS, windows()
    machine.wait_until_succeeds(alice("grep -qx 'good morning' greeting"), timeout=30)
    machine.wait_until_succeeds(alice("grep -qxF 'two  words; $HOME' argv"), timeout=30)
    machine.wait_until_succeeds(alice("grep -q ^GREETING= environment"), timeout=30)
    machine.wait_until_succeeds(alice(f"test $({LEFT_BEHIND} | wc -l) -ge 2"), timeout=30)
    machine.fail(alice(f"grep -e {SECRET} environment"))
    machine.fail(tmux(f"show-environment -g | grep -e {SECRET}"))
    machine.fail(tmux(f"show-environment -t =day: | grep -e {SECRET}"))
    machine.fail(alice(f"ps -eo args | grep -e '[g]{SECRET[1:]}'"))

with subtest("what is there already is left alone"):
    before = panes()
    machine.succeed(alice("rune apply --check"))
    machine.succeed(alice("rune apply"))
    machine.succeed(alice("rune start -d"))
    assert panes() == before, (before, panes())
    assert diary() == ["started"], diary()

with subtest("start attaches a terminal, keys arrive, and it can leave"):
    terminal = "stty rows 40 cols 120 && TERM=xterm-256color rune start"
    machine.succeed(alice("mkfifo keys"))
    machine.succeed(
        alice(f"{{ script --quiet --command {shlex.quote(terminal)} screen <>keys >/dev/null 2>&1 & }}")
    )
    machine.wait_until_succeeds(tmux("list-clients | grep -q ."), timeout=30)
    machine.succeed(tmux("select-window -t =day:notes"))
    machine.succeed(alice("printf 'typed by hand\\r' >keys"))
    machine.wait_until_succeeds(tmux("capture-pane -p -t =day:notes | grep -q 'typed by hand'"), timeout=30)
    machine.succeed(alice("printf '\\002d' >keys"))
    machine.wait_until_succeeds(tmux("list-clients | wc -l | grep -qx 0"), timeout=30)
    assert panes() == before, (before, panes())

with subtest("killed at any moment, rune finishes the work the next time, nothing doubled"):
    for hundredths in range(1, 13):
        machine.succeed(tmux("kill-window -t =day:server"))
        machine.execute(alice(f"timeout --signal KILL 0.{hundredths:02} rune apply"))
        machine.succeed(alice("rune apply"))
        machine.succeed(alice("rune apply --check"))
        assert sorted(windows()) == sorted(WINDOWS), windows()

with subtest("stop ends everything that start began"):
    machine.succeed(alice("rune stop"))
    assert diary() == ["started", "stopped"], diary()
    machine.fail(tmux("has-session -t =day:"))
    machine.fail(alice(LEFT_BEHIND))

with subtest("services are started in order, waited for, and started again"):
    machine.succeed(alice(f"mkdir services && echo {shlex.quote(SERVICES)} >services/rune.yaml"))
    machine.succeed(alice("cd services && rune start -d --wait --timeout 60s"))
    assert service("queue")["state"]["state"] == "ready", service("queue")
    assert service("flaky")["state"]["state"] == "ready", service("flaky")
    assert service("flaky")["restarts"] == 1, service("flaky")
    machine.succeed(alice("cd services && rune logs queue | grep -qx open"))
    machine.succeed(alice("cd services && rune events --json | grep -F '\"code\":7'"))
    machine.succeed(alice("cd services && rune apply --check"))

with subtest("a killed runner is told of, and its pane starts again"):
    runner = service("queue")["pane_pid"]
    machine.succeed(alice(f"kill -9 {runner}"))
    machine.wait_until_succeeds(alice(f"! kill -0 {runner}"), timeout=30)
    machine.succeed(alice("cd services && rune status && rune events | grep -q 'queue.*lost runner'"))
    machine.succeed(alice("cd services && rm -r run && rune apply && rune wait --timeout 60s queue"))
    assert service("queue")["state"]["state"] == "ready", service("queue")
    machine.succeed(alice("cd services && rune stop"))
    machine.fail(tmux("has-session -t =services:"))
