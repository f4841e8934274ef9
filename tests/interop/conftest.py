"""What every judge needs: the programs under judgement, and places to plant trees."""

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import bep52
import clients
import judges
import namespace

# Judges talk to nobody outside. Those of the DHT make a network of their own.
os.environ["PIECEWORK_NO_DHT"] = "1"
os.environ["PIECEWORK_NO_LSD"] = "1"

REPOSITORY = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    """How a run of a tool ended; a negative code is the signal that killed it."""

    code: int
    stdout: str
    stderr: str


def run(program, *arguments, stdin=b""):
    """Run a tool to its end."""
    command = [program, *map(str, arguments)]
    done = subprocess.run(command, input=stdin, check=False, capture_output=True, timeout=600)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


class MakeTorrent:
    """Runs the release build of make-torrent."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.count = 0

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        return run(self.program, *arguments, stdin=stdin)

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


class InspectTorrent:
    """Runs the release build of inspect-torrent."""

    def __init__(self, program):
        self.program = program

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        return run(self.program, *arguments, stdin=stdin)

    def json(self, torrent):
        """Run, expect success, and return what `--json` says of the torrent or magnet link."""
        outcome = self("--json", torrent)
        assert outcome.code == 0, outcome
        return json.loads(outcome.stdout)


class Verdict(NamedTuple):
    """What `verify-data --json` says: the summary, an object for each file, and one for each that it doesn't know."""

    code: int
    summary: dict
    files: list[dict]
    extra: list[dict]


class VerifyData:
    """Runs the release build of verify-data."""

    def __init__(self, program):
        self.program = program

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        return run(self.program, *arguments, stdin=stdin)

    def json(self, *arguments):
        """Run, expect an answer about the data, and return what `--json` says."""
        outcome = self("--json", *arguments)
        assert outcome.code in (0, 1, 4, 6) and outcome.stdout, outcome
        summary, *others = map(json.loads, outcome.stdout.splitlines())
        files = [other for other in others if other["schema"] == "piecework/verify-data-file/1"]
        extra = others[len(files) :]
        assert summary["schema"] == "piecework/verify-data/1"
        assert {other["schema"] for other in extra} <= {"piecework/verify-data-extra/1"}
        return Verdict(outcome.code, summary, files, extra)


class Fetch:
    """Runs the release build of fetch."""

    def __init__(self, program):
        self.program = program

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        return run(self.program, *arguments, stdin=stdin)

    def json(self, *arguments):
        """Run, and return how it ended and the events that `--json` tells."""
        outcome = self("--json", *arguments)
        return outcome, [json.loads(line) for line in outcome.stdout.splitlines()]


class Seed:
    """Runs the release build of seed."""

    def __init__(self, program, state):
        self.program = program
        self.environment = {**os.environ, "STATE_DIRECTORY": str(state)}
        self.last = None  # the last event of the last run

    @contextlib.contextmanager
    def offering(self, *arguments, bind="127.0.0.1"):
        """Run meanwhile; gives what it tells of the first thing that it offers. It is ended as its user would."""
        command = [self.program, *map(str, arguments), "--bind", bind, "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment, text=True)
        try:
            yield next(event for event in map(json.loads, process.stdout) if event["event"] == "offered")
            process.terminate()
            self.last = [json.loads(line) for line in process.stdout][-1]
            assert process.wait(timeout=20) == 143
        finally:
            process.kill()
            process.communicate()


class MakeFeed:
    """Runs the release build of make-feed."""

    def __init__(self, program):
        self.program = program

    def __call__(self, *arguments, stdin=b""):
        """Run with the given arguments, whatever comes of it."""
        return run(self.program, *arguments, stdin=stdin)


@pytest.fixture(scope="session")
def programs():
    """The folder of the programs: named by PIECEWORK_BIN, or where a release build puts them."""
    return Path(os.environ.get("PIECEWORK_BIN", REPOSITORY / "target/release")).resolve()


@pytest.fixture(scope="session")
def program(programs):
    """make-torrent."""
    return built(programs / "make-torrent")


@pytest.fixture(scope="session")
def inspect(programs):
    """inspect-torrent."""
    return InspectTorrent(built(programs / "inspect-torrent"))


@pytest.fixture(scope="session")
def verify(programs):
    """verify-data."""
    return VerifyData(built(programs / "verify-data"))


@pytest.fixture(scope="session")
def fetch(programs):
    """fetch."""
    return Fetch(built(programs / "fetch"))


@pytest.fixture
def seed(programs, tmp_path):
    """seed."""
    return Seed(built(programs / "seed"), tmp_path / "state")


@pytest.fixture(scope="session")
def make_feed(programs):
    """make-feed."""
    return MakeFeed(built(programs / "make-feed"))


def built(program):
    """The program, which must be there."""
    assert os.access(program, os.X_OK), f"{program} is missing: run `cargo build --release` first"
    return program


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


@pytest.fixture
def out(tmp_path):
    """An empty folder to download to."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def network(tmp_path):
    """A network of the test's own."""
    folder = tmp_path / "network"
    folder.mkdir()
    with namespace.namespace(folder) as network:
        yield network


@pytest.fixture
def scene(network, make, data, tmp_path):
    """Starts a tracker and makes a torrent that names it: of what lies in the first folder; the second is empty."""
    out = tmp_path / "out"
    out.mkdir()
    root = clients.TREE.plant(data)

    @contextlib.contextmanager
    def scene(kind):
        announce = f"http://{namespace.TRACKER}:6969/announce"
        torrent = make.torrent("--protocol", kind, "-l", "64KiB", "-a", announce, root)
        meta = bep52.parse(torrent.read_bytes())
        info_hash = meta.v2 if kind == "v2" else meta.v1
        with namespace.tracker(network, [info_hash]) as url:
            yield torrent, info_hash, url, data, out

    return scene


@pytest.fixture
def neighbours(tmp_path):
    """Two machines of the test's own in one private network."""
    folder = tmp_path / "neighbours"
    folder.mkdir()
    with namespace.neighbours(folder) as machines:
        yield machines


@pytest.fixture(scope="session")
def session():
    """A libtorrent session that talks to nobody."""
    return judges.quiet_session()
