"""What all tools share with the system around them: limits that it sets, and signals that it sends."""

import os
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
    """Run a tool as a user whom limits bind."""
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
