"""seed is killed at any time and begins again: what its journal holds is not read again, and what changed meanwhile is."""

import contextlib
import json
import random
import subprocess
import time

import pytest

import swarms
import trees

PIECE = 65536
# They share no piece of v1.
TREE = trees.tree("killed", {"large": 300 * PIECE, "small": 300_000})


@contextlib.contextmanager
def killed(seed, *arguments, tracer=()):
    """Offers, and is killed in the end."""
    command = [*tracer, seed.program, *map(str, arguments), "--bind", "127.0.0.1", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=seed.environment, text=True)
    try:
        yield next(event for event in map(json.loads, process.stdout) if event["event"] == "offered")
    finally:
        process.kill()
        process.communicate()


def read_again(seed, torrent, data, state, log):
    """Names of the files that a full check opens to read them."""
    # As a grandchild, so that it is seed that is killed.
    tracer = ["strace", "-D", "-f", "-e", "trace=openat,openat2", "-o", str(log)]
    with killed(seed, torrent, data, "--check", "full", "--state", state, tracer=tracer):
        pass
    deadline = time.monotonic() + 60
    while "killed by SIGKILL" not in log.read_text():
        assert time.monotonic() < deadline, "strace writes to the end"
        time.sleep(0.05)
    opened = [line for line in log.read_text().splitlines() if "O_PATH" not in line]
    return {name for name in ("large", "small") if any(f'{name}"' in line for line in opened)}


@pytest.mark.parametrize("kind", ["v1", "v2", "hybrid"])
def test_what_the_journal_holds_survives_kills_and_is_not_read_again(kind, seed, make, data, tmp_path):
    root, state = TREE.plant(data), tmp_path / "journals"
    torrent = make.torrent("--protocol", kind, "--piece-length", PIECE, root)
    chance = random.Random(kind)
    for number in range(4):
        out = tmp_path / f"out{number}"
        out.mkdir()
        with killed(seed, torrent, data, "--state", state) as offered:
            swarms.leech(torrent, out, offered["addresses"][0])
            assert swarms.tree_of(out) == swarms.tree_of(data)
            time.sleep(chance.uniform(0, 2))
    # The journal is written some seconds after a check.
    with killed(seed, torrent, data, "--check", "full", "--state", state):
        pass
    assert read_again(seed, torrent, data, state, tmp_path / "first.log") == set()
    with open(root / "small", "r+b") as small:
        small.write(small.read(1))
    assert read_again(seed, torrent, data, state, tmp_path / "second.log") == {"small"}
