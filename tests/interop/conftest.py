"""What every judge needs: the program under judgement, and places to plant trees."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import judges

REPOSITORY = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    """How a run of a tool ended; a negative code is the signal that killed it."""

    code: int
    stdout: str
    stderr: str


class MakeTorrent:
    """Runs the release build of make-torrent."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.count = 0

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        command = [self.program, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, check=False, capture_output=True, timeout=600)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def torrent(self, *arguments, stdin=b""):
        """Run, expect success, and return the path of the .torrent, which has a name of its own."""
        self.count += 1
        out = self.folder / f"{self.count}.torrent"
        outcome = self(*arguments, "-o", out, stdin=stdin)
        assert outcome.code == 0, outcome
        return out

    def bytes(self, *arguments, stdin=b""):
        """The same, and the content of the .torrent."""
        return self.torrent(*arguments, stdin=stdin).read_bytes()


@pytest.fixture(scope="session")
def program():
    """The program: of the folder named by PIECEWORK_BIN, or where a release build puts it."""
    path = Path(os.environ.get("PIECEWORK_BIN", REPOSITORY / "target/release")) / "make-torrent"
    assert os.access(path, os.X_OK), f"{path} is missing: run `cargo build --release` first"
    return path


@pytest.fixture
def make(program, tmp_path):
    """make-torrent, which writes its torrents into a folder of the test's own."""
    folder = tmp_path / "torrents"
    folder.mkdir()
    return MakeTorrent(program, folder)


@pytest.fixture
def data(tmp_path):
    """An empty folder to plant trees in."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def session():
    """A libtorrent session that talks to nobody."""
    return judges.quiet_session()
