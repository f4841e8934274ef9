"""What changes under verify-data's hands, and what is no file at all, is called so at once; no signal, no waiting."""

import json
import os
import random
import stat
import subprocess
import time

import pytest

import bep52
import damage
import trees
from test_shrinking import append, rewrite, truncate, unlink

SIZE = 800 << 20
PIECE_LENGTH = 1 << 20
A_SECOND = 1.0
# What the file may be called when the change came too early to be noticed as one; later, it was ok.
TOO_EARLY = {truncate: "short", rewrite: "damaged", append: "long", unlink: "missing"}
EXIT_CODES = {"ok": 0, "short": 1, "damaged": 1, "long": 1, "missing": 1, "changed": 6}


@pytest.fixture(scope="module")
def torrent(tmp_path_factory):
    """The torrent of a file of zeros, which is sparse, so that a round costs no disk."""
    folder = tmp_path_factory.mktemp("changing")
    file = reset(folder / "input.bin")
    (folder / "input.torrent").write_bytes(bep52.create(file, PIECE_LENGTH).data)
    return folder / "input.torrent"


def reset(file):
    """Put the file back as it was."""
    file.write_bytes(b"")
    os.truncate(file, SIZE)
    return file


@pytest.mark.parametrize("change, rounds", [(truncate, 30), (rewrite, 10), (append, 10), (unlink, 10)])
def test_changing_file(change, rounds, torrent, verify, tmp_path):
    changing_file(change, rounds, torrent, verify, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("change, rounds", [(truncate, 1_000), (rewrite, 100), (append, 100), (unlink, 100)])
def test_changing_file_at_length(change, rounds, torrent, verify, tmp_path):
    changing_file(change, rounds, torrent, verify, tmp_path)


def changing_file(change, rounds, torrent, verify, folder):
    """Change the file at some moment of each run; at least one comes while it is read."""
    rng = random.Random(change.__name__)
    file = reset(folder / "input.bin")
    # The quickest of three: while something else runs, one alone would have the changes come too late.
    duration = min(duration_of(verify, torrent, folder) for _ in range(3))
    states = [changed_once(change, rng, duration, reset(file), torrent, verify) for _ in range(rounds)]
    print(f"{change.__name__}: " + ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states))))
    assert set(states) <= {"ok", TOO_EARLY[change], "changed"}
    assert "changed" in states, "no round changed the file while it was read"


def duration_of(verify, torrent, folder):
    """Seconds of a run in which nothing changes."""
    began = time.monotonic()
    assert verify(torrent, folder).code == 0
    return time.monotonic() - began


def changed_once(change, rng, duration, file, torrent, verify):
    """One round, whose exit code must go with what the file is called."""
    command = [verify.program, "--json", torrent, file.parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(rng.uniform(0, duration))
        change(file, rng)
        stdout, stderr = process.communicate(timeout=60)
    _, said = map(json.loads, stdout.splitlines())
    assert process.returncode == EXIT_CODES[said["state"]], (said, stderr)
    return said["state"]


def make_device(file):
    """A node that gives zeros without end; only the administrator may make one, for others it is a link to one."""
    if os.geteuid() == 0:
        os.mknod(file, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    else:
        os.symlink("/dev/zero", file)


def put(way):
    """Puts something in the place of a file."""

    def replace(file):
        if os.path.lexists(file):
            os.unlink(file)
        way(file)

    return replace


NO_FILES = {
    "fifo": put(os.mkfifo),
    "folder": put(os.mkdir),
    "socket": lambda file: damage.make_socket(str(file), str(file), random.Random(0)),
    "device": put(make_device),
    "link to a device": put(lambda file: os.symlink("/dev/zero", file)),
    "link to a terminal": put(lambda file: os.symlink("/dev/tty", file)),
}


@pytest.mark.parametrize("tree", [trees.FOLDER_OF_ONE, trees.SINGLE_FILE], ids=lambda tree: tree.name)
@pytest.mark.parametrize("kind", NO_FILES)
def test_no_file(kind, tree, data, tmp_path, verify):
    """Whoever opened these for reading would wait, or read for ever; and a link into /dev leads out anyway."""
    root = tree.plant(data)
    torrent = tmp_path / "input.torrent"
    torrent.write_bytes(bep52.create(root, PIECE_LENGTH).data)
    file = root / "".join(tree.files)
    NO_FILES[kind](file)
    for options in ([], ["--quick"], ["--extra"], ["--sample", "50%"]):
        began = time.monotonic()
        said = verify.json(*options, torrent, data)
        assert time.monotonic() - began < A_SECOND
        assert (said.code, [file["state"] for file in said.files], said.summary["proven"]) == (1, ["wrong-type"], 0)


@pytest.mark.parametrize("kind", NO_FILES)
def test_data_that_is_no_file(kind, data, tmp_path, verify):
    """The same, where the user names it."""
    file = trees.SINGLE_FILE.plant(data)
    torrent = tmp_path / "input.torrent"
    torrent.write_bytes(bep52.create(file, PIECE_LENGTH).data)
    NO_FILES[kind](file)
    began = time.monotonic()
    said = verify.json(torrent, file)
    assert time.monotonic() - began < A_SECOND
    assert said.code == 1 and said.files[0]["state"] in ("wrong-type", "missing") and said.summary["proven"] == 0
