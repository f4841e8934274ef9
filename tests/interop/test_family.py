"""What all tools share with the system around them: its limits and signals, its terminals."""

import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

NOBODY = 61234  # A user with no processes, because limits do not bind root.
THREADS = [1, 2, 3, 6]
# For each tool what it is given to do, in a folder with `in/` and `in.torrent`, and the exit codes that are right.
WORK = {
    "make-torrent": (["--threads", "8", "-o", "new.torrent", "in"], {0}),
    "verify-data": (["--threads", "8", "in.torrent", "in"], {0}),
    "inspect-torrent": (["in.torrent", "in.torrent"], {0}),
    "make-feed": (["--title", "x", "--link", "http://x/", "--base-url", "http://x/", "in.torrent"], {0}),
    # It answers peers by threads, so it may have to say that it cannot.
    "seed": (["--bind", "127.0.0.1", "--check", "full", "--seed-time", "1s", "in.torrent", "in"], {0, 4, 5}),
}


@pytest.fixture
def place(programs, program):
    """A folder that everybody may use, with copies of the tools, content and its torrent."""
    folder = Path(tempfile.mkdtemp())
    for tool in WORK:
        shutil.copy(programs / tool, folder)
    (folder / "in").mkdir()
    (folder / "in/a").write_bytes(bytes(3_000_000))
    (folder / "in/b").write_bytes(b"b" * 70_000)
    subprocess.run([program, "-q", "-o", "in.torrent", "in"], cwd=folder, check=True)
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def limited(place, limit, tool, *arguments):
    """Run a tool as a user that limits bind."""
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    command = [*become, "prlimit", limit, place / tool, *arguments]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("tool", WORK)
def test_threads_that_cannot_be_made_are_done_without(place, tool):
    arguments, codes = WORK[tool]
    for threads in THREADS:
        done = limited(place, f"--nproc={threads}", tool, *arguments)
        assert done.returncode in codes and "panicked" not in done.stderr, (threads, done)
        (place / "new.torrent").unlink(missing_ok=True)


@pytest.mark.parametrize("protocol", ["v1", "v2", "hybrid"])
def test_a_torrent_beyond_the_limit_is_an_error_that_leaves_nothing(place, protocol):
    small = ["--protocol", protocol, "-l", "16KiB", "-o", "new.torrent", "in"]
    done = limited(place, "--fsize=1024", "make-torrent", *small)
    assert (done.returncode, done.stderr) == (4, "make-torrent: new.torrent: file too large (EFBIG)\n")
    assert not [path for path in place.iterdir() if "new" in path.name]


@pytest.mark.parametrize("signals", [[signal.SIGHUP], [signal.SIGINT], [signal.SIGHUP, signal.SIGINT]])
@pytest.mark.parametrize("tool", ["make-torrent", "inspect-torrent"])
def test_an_inherited_ignore_is_kept(place, tool, signals):
    ignored = f"trap '' {' '.join(s.name.removeprefix('SIG') for s in signals)}; exec \"$@\""
    arguments = {"make-torrent": ["-n", "x", "-o", "new.torrent", "-"], "inspect-torrent": ["-"]}[tool]
    command = ["sh", "-c", ignored, "sh", place / tool, *arguments]
    with subprocess.Popen(command, cwd=place, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        time.sleep(0.3)
        for number in signals:
            running.send_signal(number)
        time.sleep(0.3)
        running.communicate((place / "in.torrent").read_bytes())
    assert running.returncode == 0


# What colour a tool shows in: (more arguments, environment, colour in a pipe, colour on a terminal).
COLORS = [
    ([], {}, False, True),
    ([], {"NO_COLOR": "1"}, False, False),
    ([], {"CLICOLOR_FORCE": "1"}, True, True),
    (["--color", "always"], {"NO_COLOR": "1"}, True, True),
    (["--color=never"], {"CLICOLOR_FORCE": "1"}, False, False),
]
# What is typed, and a word of the output that has colour then. The first file is damaged, the last no torrent.
COLORED = {
    "help": ("fetch", ["--help"], "Usage:"),
    "heading": ("make-feed", ["--help"], "Exit codes:"),
    "state": ("verify-data", ["in.torrent", "bad"], "damaged"),
    "finding": ("inspect-torrent", ["--check", "odd.torrent"], "W-unsorted"),
    "failure": ("make-torrent", ["absent"], "make-torrent:"),
    "hint": ("inspect-torrent", ["--wat"], "hint:"),
    "warning": ("verify-data", ["odd.torrent", "in"], "warning:"),
}


def on_terminal(command, folder, environment):
    """All that a program writes on a terminal."""
    terminal, end = pty.openpty()
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=end, stdout=end, stderr=end):
        os.close(end)
        said = b""
        try:
            while more := os.read(terminal, 65536):
                said += more
        except OSError:  # That is how a terminal ends.
            pass
    os.close(terminal)
    return said.decode()


@pytest.mark.parametrize("what", COLORED)
def test_colour_is_where_it_is_wanted_and_nowhere_else(programs, place, what):
    tool, arguments, word = COLORED[what]
    (place / "bad").mkdir()
    (place / "bad/a").write_bytes(b"x" * 3_000_000)
    torrent = (place / "in.torrent").read_bytes()
    (place / "odd.torrent").write_bytes(torrent[:-1] + b"1:a1:ae")
    clean = {name: value for name, value in os.environ.items() if "COLOR" not in name}
    for more, variables, in_pipe, in_terminal in COLORS:
        command, environment = [programs / tool, *arguments, *more], {**clean, "TERM": "xterm", **variables}
        piped = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
        for said, expected in [
            (piped.stdout + piped.stderr, in_pipe),
            (on_terminal(command, place, environment), in_terminal),
        ]:
            assert word in said and ("\x1b[" in said) == expected, (more, variables, said)
            assert not expected or re.search(rf"m{word} *\x1b\[0m", said), (more, variables, said)
