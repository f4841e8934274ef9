"""fetch and web servers: nginx, one that knows no ranges, and one that is not there."""

import contextlib
import functools
import http.server
import random
import shutil
import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import faults
import swarms
import trees
from net import free_port
from test_feed_published import nginx

KILLED = -9
KINDS = ["v1", "v2", "hybrid"]
TREES = [
    trees.SINGLE_FILE,
    trees.tree("mixed", {"large": 3_000_001, "folder/sm all#1": 40_000, "folder/ünï": 1, "block": 1 << 14, "empty": 0}),
]
LARGE_LENGTH = 32 << 20
LARGE = trees.tree("large", {"": LARGE_LENGTH})
CUT_AFTER = 100_000
PART = 4 << 10
SLOW_LENGTH, SLOW_PIECE = 64 << 20, 32 << 10
REQUESTS = 2  # that one server gets at a time
READ_AHEAD = 16 << 10  # bytes that a connection may have read and not looked at
IN_NEED = "it ignores ranges: it is read from the front, and only if nobody else gives"


class WithoutRanges(http.server.SimpleHTTPRequestHandler):
    """Answers all with the whole file, as the server of Python does, and notes each answer."""

    def log_message(self, *_):
        pass

    def copyfile(self, source, outputfile):
        self.server.answers.append(0)
        while part := source.read(1 << 16):
            outputfile.write(part)
            self.server.answers[-1] += len(part)


class WithRanges(http.server.SimpleHTTPRequestHandler):
    """Gives ranges, and notes each path."""

    def log_message(self, *_):
        pass

    def range(self):
        """The first and last byte that are asked for."""
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        return int(first), int(last)

    def give(self, first, last, sent):
        """Says that it gives a range, and sends up to so many bytes of it."""
        file = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(file)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(file[first : min(last + 1, first + sent)])

    def do_GET(self):
        self.server.answers.append(self.path)
        if Path(self.translate_path(self.path)).is_file():
            self.give(*self.range(), LARGE_LENGTH)
        else:
            self.send_error(404)


class Cutting(WithRanges):
    """Cuts each connection after so many bytes of an answer."""

    def do_GET(self):
        self.give(*self.range(), CUT_AFTER)


class Counting(WithRanges):
    """Notes how many bytes it gives at a time."""

    def do_GET(self):
        first, last = self.range()
        with contextlib.suppress(ConnectionError):
            self.give(first, last, 0)
            file = Path(self.translate_path(self.path)).read_bytes()
            for start in range(first, last + 1, PART):
                part = file[start : min(start + PART, last + 1)]
                self.server.answers.append(len(part))
                self.wfile.write(part)


class Busy(WithRanges):
    """Says always that it is busy."""

    def do_GET(self):
        self.send_response(503)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Capping(WithRanges):
    """Gives no more than so many bytes of a range, and says so, as RFC 9110 allows."""

    def do_GET(self):
        first, last = self.range()
        self.give(first, min(last, first + CUT_AFTER - 1), CUT_AFTER)


def without_ranges(root):
    """The address of a server that gives whole files and nothing else, and how many bytes each answer had so far."""
    return serving(WithoutRanges, root)


@contextlib.contextmanager
def serving(handler, root):
    """The address of a server that answers so, and what it noted."""
    handler = functools.partial(handler, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.answers = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/", server.answers
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_a_server_is_enough(tree, kind, make, fetch, data, out, tmp_path):
    torrent = make.torrent("--protocol", kind, tree.plant(data))
    with nginx(data, tmp_path) as address:
        outcome = fetch(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_server_beside_a_dead_one(make, fetch, data, out, tmp_path):
    torrent = make.torrent(TREES[1].plant(data))
    dead = f"http://127.0.0.1:{free_port()}/"
    with nginx(data, tmp_path) as address:
        outcome = fetch(torrent, "--web-seed", dead, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("kind", KINDS)
def test_one_without_ranges_gives_small_files(kind, make, fetch, data, out):
    torrent = make.torrent("--protocol", kind, "-l", "64KiB", trees.tree("small", {"": 50_000}).plant(data))
    with without_ranges(data) as (address, _):
        outcome = fetch(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("kind", KINDS)
def test_one_without_ranges_is_enough_and_gives_a_file_once(kind, make, fetch, data, out):
    torrent = make.torrent("--protocol", kind, LARGE.plant(data))
    with without_ranges(data) as (address, answers):
        outcome, events = fetch.json(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert [event["message"] for event in events if "message" in event] == [IN_NEED]
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert answers == [LARGE_LENGTH]


@pytest.mark.parametrize("kind", KINDS)
def test_one_without_ranges_gives_folders(kind, make, fetch, data, out):
    tree = TREES[1]
    torrent = make.torrent("--protocol", kind, "-l", "64KiB", tree.plant(data))
    with without_ranges(data) as (address, answers):
        outcome = fetch(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert sum(answers) == sum(path.stat().st_size for path in data.rglob("*") if path.is_file())


@pytest.mark.parametrize("piece", ["64KiB", "1MiB"])
def test_one_that_cuts_every_connection_is_asked_until_all_is_there(piece, make, fetch, data, out):
    """Even if it never gives a whole piece at a time."""
    torrent = make.torrent("-l", piece, TREES[1].plant(data))
    with serving(Cutting, data) as (address, _):
        outcome = fetch(torrent, "--web-seed", address, "-o", out, "--deadline", "30s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_one_that_caps_ranges_is_enough(make, fetch, data, out):
    torrent = make.torrent(LARGE.plant(data))
    with serving(Capping, data) as (address, _):
        outcome, events = fetch.json(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert [event["message"] for event in events if "message" in event] == []
    assert swarms.tree_of(out) == swarms.tree_of(data)


def messages(events):
    """What was said of web seeds."""
    return [event["message"] for event in events if event["event"] == "web_seed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mirror_that_lacks_a_file_gives_the_others(kind, make, fetch, data, out):
    torrent = make.torrent("--protocol", kind, "-l", "64KiB", TREES[1].plant(data))
    gone = data / "mixed" / "folder" / "sm all#1"
    gone.rename(data / "gone")
    with serving(WithRanges, data) as (address, paths):
        outcome, events = fetch.json(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code != 0, outcome
    said = messages(events)
    assert said[0] == "it lacks folder/sm all#1: HTTP status 404"
    assert said[1:] == ["it lacks all that is missing"]
    assert sum("sm%20all" in path for path in paths) == 1
    wanted = next(event["pieces_wanted"] for event in events if event["event"] == "started")
    assert sum(event["event"] == "piece" for event in events) == wanted - 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_mirror_that_lacks_a_file_beside_one_that_has_it(kind, make, fetch, data, out, tmp_path):
    torrent = make.torrent("--protocol", kind, "-l", "64KiB", TREES[1].plant(data))
    other = tmp_path / "other"
    other.mkdir()
    TREES[1].plant(other)
    whole = swarms.tree_of(data / "mixed")
    (other / "mixed" / "large").unlink()
    (data / "mixed" / "folder" / "sm all#1").write_bytes(b"short")
    with serving(WithRanges, data) as (one, _), serving(WithRanges, other) as (two, _):
        seeds = ["--web-seed", one, "--web-seed", two]
        outcome = fetch(torrent, *seeds, "-o", out, "--deadline", "60s")
    if kind == "v1":
        # A piece has the end of one file and the beginning of the other: nobody has all of it.
        assert outcome.code != 0, outcome
    else:
        assert outcome.code == 0, outcome
        assert swarms.tree_of(out / "mixed") == whole


def test_a_mirror_that_lacks_all_is_not_asked_for_each(make, fetch, data, out, tmp_path):
    tree = trees.tree("many", {f"file {index}": 20_000 for index in range(300)})
    torrent = make.torrent(tree.plant(data))
    empty = tmp_path / "empty"
    empty.mkdir()
    with serving(WithRanges, empty) as (address, paths):
        outcome, events = fetch.json(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 5, outcome
    assert len(paths) < 20
    assert messages(events)[-1].endswith("HTTP status 404")


def test_why_a_busy_one_gives_nothing_is_told_once(make, fetch, data, out):
    torrent = make.torrent(TREES[1].plant(data))
    with serving(Busy, data) as (address, _):
        outcome, events = fetch.json(torrent, "--web-seed", address, "-o", out, "--deadline", "4s")
    assert outcome.code != 0, outcome
    assert messages(events) == ["busy: it is asked again in 1 s"]


def test_one_without_ranges_leaves_it_to_a_peer(make, fetch, data, out):
    torrent = make.torrent(LARGE.plant(data))
    with without_ranges(data) as (address, _), swarms.seeding(torrent, data) as seeder:
        outcome = fetch(torrent, "--web-seed", address, "--peer", seeder.peer, "-o", out, "--deadline", "60s")
        swarms.wait_for(lambda: seeder.uploaded() > 0.9 * LARGE_LENGTH, seeder.handles[0])
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_dead_one_beside_a_peer(make, fetch, data, out):
    torrent = make.torrent("-w", f"http://127.0.0.1:{free_port()}/", TREES[1].plant(data))
    dead = f"http://127.0.0.1:{free_port()}/"
    with swarms.seeding(torrent, data) as seeder:
        outcome = fetch(torrent, "--web-seed", dead, "--peer", seeder.peer, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_stale_server_beside_a_peer(make, fetch, data, out, tmp_path):
    torrent = make.torrent(TREES[1].plant(data))
    stale = tmp_path / "stale"
    stale.mkdir()
    (TREES[1].plant(stale) / "large").write_bytes(trees.content(3_000_001, "other"))
    with swarms.seeding(torrent, data) as seeder, nginx(stale, tmp_path) as address:
        outcome = fetch(torrent, "--web-seed", address, "--peer", seeder.peer, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_kill_costs_what_a_web_seed_may_have(make, fetch, data, out, tmp_path):
    """A server gives as much as is taken, and every write takes its time. What fetch has read and not written is lost."""
    (data / "large").write_bytes(trees.content(SLOW_LENGTH))
    torrent, gate, slow = make.torrent("-l", str(SLOW_PIECE), data / "large"), faults.build_gate(tmp_path), "1000"
    rng, lost = random.Random(1), []
    with serving(Counting, data) as (url, given):
        options = [torrent, "--web-seed", url, "-o", out, "--stall-timeout", "20"]
        for _ in range(6):
            shutil.rmtree(out)
            out.mkdir()
            moment, taken = rng.uniform(0.3, 0.7) * SLOW_LENGTH, []

            def kill(program, moment=moment, taken=taken, before=sum(given)):
                while sum(given) < before + moment:
                    assert program.poll() is None
                    time.sleep(0.005)
                program.send_signal(signal.SIGSTOP)
                time.sleep(0.2)
                taken.append(sum(given) - before - swarms.unread({urlsplit(url).port}))
                program.kill()

            command = [fetch.program, *options, "-q"]
            result = faults.run(command, faults.Fault("pwritev", slow, "1+"), gate, tmp_path / "stdout", kill)
            assert result.code == KILLED, result
            outcome, events = fetch.json(*map(str, options))
            assert outcome.code == 0, outcome
            had = next(event["pieces_had"] for event in events if event["event"] == "started")
            lost.append(taken[0] - SLOW_PIECE * had)
    print(f"bytes lost: {lost}")
    assert max(lost) <= swarms.UNWRITTEN + REQUESTS * (READ_AHEAD + PART)
