"""follow-feed fetches content and is killed before each call that changes a file, in the middle of each write, and at random: the pass behind it goes on
with what is there, asks for nothing that is whole already, and each item is taken once."""

import collections
import contextlib
import hashlib
import http.server
import random
import re
import signal
import subprocess
import threading
import time

import pytest

import test_follow_kill
from conftest import built
from test_follow_kill import PATIENCE, TITLES, killer  # noqa: F401

PIECE = 16384
# What the files of each item are called, and how many pieces they have.
FILES = {"a": {"a": 5}, "b": {"b/sub/x": 2, "b/y": 3}, "c": {"c": 1}}


def content(path):
    pieces = next(files[path] for files in FILES.values() if path in files)
    return b"".join(hashlib.sha256(f"{path} {number}".encode()).digest() for number in range(pieces * PIECE // 32))


def text(value):
    return b"%d:%b" % (len(value), value)


def torrent(title, address):
    """Its content comes from a web server (BEP 19)."""
    whole = b"".join(map(content, FILES[title]))
    hashes = b"".join(hashlib.sha1(whole[at : at + PIECE]).digest() for at in range(0, len(whole), PIECE))
    path = lambda name: b"l" + b"".join(text(part.encode()) for part in name.split("/")[1:]) + b"e"
    files = b"".join(b"d6:lengthi%de4:path%be" % (len(content(name)), path(name)) for name in FILES[title])
    extent = b"6:lengthi%de" % len(whole) if title in FILES[title] else b"5:filesl%be" % files
    info = b"d%b4:name%b12:piece lengthi%de6:pieces%be" % (extent, text(title.encode()), PIECE, text(hashes))
    return b"d4:info%b8:url-list%be" % (info, text(f"{address}/data/".encode()))


class Publisher(test_follow_kill.Publisher):
    """Gives content as well, and counts its bytes, by the paths of the files."""

    given = collections.Counter()

    def do_GET(self):
        address = f"http://{self.headers['Host']}"
        if self.path.startswith("/data/"):
            self.give(self.path.removeprefix("/data/"))
        elif self.path.endswith(".torrent"):
            self.answer(200, torrent(self.path[1], address))
        else:
            super().do_GET()

    def give(self, path):
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        body = content(path)[first : last + 1]
        Publisher.given[path] += len(body)
        self.answer(206, body, f"bytes {first}-{last}/{len(content(path))}")

    def answer(self, status, body, extent=None):
        self.send_response(status)
        if extent:
            self.send_header("Content-Range", extent)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # Whoever asked may be dead by now.
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)


@pytest.fixture(scope="module")
def url():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    server.shutdown()


class Fetcher(test_follow_kill.Follower):
    """follow-feed with a folder of its own, into which it fetches."""

    def __init__(self, programs, folder, url):
        super().__init__(programs, folder, url, "fetch")
        self.verifier = programs / "verify-data"
        Publisher.given.clear()

    def command(self):
        options = ["--state", self.state, "--first-run", "all", "--pause", "0", "--bind", "127.0.0.1", "--no-dht", "--no-lsd"]
        return list(map(str, [self.program, *options, "--fetch", self.out, self.url]))

    def whole(self):
        """Bytes of each file that are in whole pieces on the disk, under its name or on the way there."""
        return {path: max(self.right_bytes(path, number)) for files in FILES.values() for number, path in enumerate(files)}

    def right_bytes(self, path, number):
        wanted = content(path)
        yield 0
        for place in [self.out / path, *self.out.glob(f".piecework-*/{number}")]:
            data = place.read_bytes() if place.is_file() else b""
            yield sum(PIECE for at in range(0, len(data), PIECE) if data[at : at + PIECE] == wanted[at : at + PIECE])

    def check_in_between(self):
        """What has its name is whole, and what is remembered can be read."""
        for path in [path for files in FILES.values() for path in files if (self.out / path).exists()]:
            assert (self.out / path).read_bytes() == content(path), path
        if self.state.exists():
            self.told("--list-state")

    def check_in_the_end(self):
        """The next pass brings what is missing and no more, and the one behind it nothing."""
        had = self.whole()
        Publisher.given.clear()
        code, _, stderr = self.run()
        assert (code, stderr) == (0, "")
        for path, given in Publisher.given.items():
            assert had[path] + given <= len(content(path)), f"{path}: {given} bytes beside {had[path]}"
        assert self.run() == (0, "", "")
        assert self.told("--list-state").count("3 taken") == 1
        names = {str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file()}
        assert names == {path for files in FILES.values() for path in files}, "each once, and nothing beside them"
        for title in TITLES:
            self.verify(title)

    def verify(self, title):
        written = self.folder / f"{title}.torrent"
        written.write_bytes(torrent(title, "http://pub.example"))
        subprocess.run([built(self.verifier), written, self.out], check=True, capture_output=True, timeout=PATIENCE)


def moments(known, most):
    """Calls to be killed at, each with whether half of it is done: the last of each kind, and some of the others."""
    last = {call: number for number, call in enumerate(known, 1)}
    others = [number for number in range(1, len(known) + 1) if number not in last.values()]
    random.Random(1).shuffle(others)
    chosen = [*last.values(), *others][:most]
    return [(number, half) for number in sorted(chosen) for half in ([False, True] if "write" in known[number - 1] else [False])]


@pytest.mark.parametrize("most", [14, pytest.param(1000, marks=pytest.mark.soak)])
def test_no_call_is_a_bad_moment_to_die(most, programs, killer, url, tmp_path):  # noqa: F811
    whole, log = Fetcher(programs, tmp_path / "whole", url), tmp_path / "calls"
    assert whole.run(LD_PRELOAD=str(killer), KILL_RAW="1", KILL_LOG=str(log))[::2] == (0, "")
    assert sum(Publisher.given.values()) == PIECE * sum(sum(files.values()) for files in FILES.values()), "each byte once"
    whole.check_in_the_end()
    known = log.read_text().split()
    assert {"write", "pwritev", "fdatasync", "openat2", "renameat2", "mkdirat"} <= set(known), known
    codes = collections.Counter()
    for number, half in moments(known, most):
        fetcher = Fetcher(programs, tmp_path / f"{number}-{half}", url)
        orders = {"LD_PRELOAD": str(killer), "KILL_RAW": "1", "KILL_AT": str(number)} | ({"KILL_HALF": "1"} if half else {})
        # Threads take turns otherwise each time, and some calls can be spared: the last ones may not come.
        codes[fetcher.run(**orders)[0]] += 1
        fetcher.check_in_between()
        fetcher.check_in_the_end()
    print(f"{len(known)} calls, {codes[-signal.SIGKILL]} kills")
    assert codes[-signal.SIGKILL] > sum(codes.values()) / 2 and set(codes) <= {0, -signal.SIGKILL}


@pytest.mark.parametrize("most", [6, pytest.param(100, marks=pytest.mark.soak)])
def test_neither_is_any_moment_between(most, programs, url, tmp_path):
    chance = random.Random(most)
    for number in range(most):
        fetcher = Fetcher(programs, tmp_path / str(number), url)
        for _ in range(3):
            with fetcher.start() as process:
                time.sleep(chance.uniform(0, 0.6))
                process.kill()
                process.communicate()
            fetcher.check_in_between()
        fetcher.check_in_the_end()
