"""A file that changes under the program's hands ends in exit 6 and no torrent, never in a wrong one or a signal."""

import os
import random
import subprocess
import time

import pytest

import bep52

SIZE = 200 << 20
PIECE_LENGTH = 1 << 20
CHANGED = 6
GONE = 4


def size_of(file):
    return os.path.getsize(file)


def truncate(file, rng):
    """Cut the file short; under a mapping, what is cut off can no longer be read."""
    os.truncate(file, rng.randrange(1, size_of(file)))


def rewrite(file, rng):
    """Change a byte in place, which leaves the size as it was."""
    with open(file, "r+b") as opened:
        opened.seek(rng.randrange(size_of(file)))
        opened.write(b"x")


def append(file, rng):
    """Let the file grow."""
    os.truncate(file, size_of(file) + rng.randrange(1, PIECE_LENGTH))


def unlink(file, rng):
    """Take the file's name away; what is open stays readable."""
    os.unlink(file)


@pytest.fixture
def command(program, tmp_path):
    """The command; its input is sparse, so that a round costs no disk."""
    return [program, tmp_path / "input.bin", "-o", tmp_path / "result.torrent", "-l", str(PIECE_LENGTH)]


@pytest.mark.parametrize("change, rounds", [(truncate, 100), (rewrite, 20), (append, 20), (unlink, 20)])
def test_changing_file_is_noticed(change, rounds, command):
    rng = random.Random(change.__name__)
    whole, duration = clean_run(command)
    codes = [judged_round(command, change, rng, duration, whole) for _ in range(rounds)]
    print(f"{change.__name__}: {codes.count(CHANGED)} of {rounds} rounds ended with exit {CHANGED}")
    assert CHANGED in codes, "no round changed the file while it was read"


@pytest.mark.soak
def test_ten_thousand_truncations(command):
    """The long run of the first case above."""
    test_changing_file_is_noticed(truncate, 10_000, command)


def clean_run(command):
    """The torrent of the file as it is before any change, and how long it takes to make."""
    torrent = reset(command)
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return torrent.read_bytes(), time.monotonic() - began


def judged_round(command, change, rng, duration, whole):
    """Change the file at some moment of a run, and judge how the run ends."""
    file, torrent = command[1], reset(command)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(rng.uniform(0, duration))
    change(file, rng)
    _, stderr = process.communicate(timeout=60)
    if process.returncode == 0:
        # The change came before the file was looked at, or after the last look.
        written = torrent.read_bytes()
        assert written == whole or written == bep52.create(file, PIECE_LENGTH).data
        return 0
    assert process.returncode in ({CHANGED, GONE} if change is unlink else {CHANGED}), stderr
    assert file.name in stderr
    assert os.listdir(file.parent) == [file.name] * file.exists(), "nothing is left behind"
    return process.returncode


def reset(command):
    """Put the file back as it was, and take the torrent away."""
    file, torrent = command[1], command[3]
    torrent.unlink(missing_ok=True)
    file.write_bytes(b"")
    os.truncate(file, SIZE)
    return torrent
