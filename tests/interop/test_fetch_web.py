"""fetch and web servers: nginx, one that knows no ranges, and one that is not there."""

import contextlib
import functools
import http.server
import threading

import pytest

import swarms
import trees
from net import free_port
from test_feed_published import nginx

KINDS = ["v1", "v2", "hybrid"]
TREES = [
    trees.SINGLE_FILE,
    trees.tree("mixed", {"large": 3_000_001, "folder/sm all#1": 40_000, "folder/ünï": 1, "block": 1 << 14, "empty": 0}),
]


class WithoutRanges(http.server.SimpleHTTPRequestHandler):
    """Answers all with the whole file, as the server of Python does."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def without_ranges(root):
    """The address of a server that gives whole files and nothing else."""
    handler = functools.partial(WithoutRanges, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def out(tmp_path):
    """Where fetch puts things."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


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
    with without_ranges(data) as address:
        outcome = fetch(torrent, "--web-seed", address, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_one_without_ranges_is_found_out(make, fetch, data, out):
    torrent = make.torrent("-l", "64KiB", TREES[0].plant(data))
    with without_ranges(data) as address, swarms.seeding(torrent, data, rate=200_000) as seeder:
        outcome, events = fetch.json(torrent, "--web-seed", address, "--peer", seeder.peer, "-o", out, "--deadline", "60s")
    assert outcome.code == 0, outcome
    assert [event["message"] for event in events if "message" in event] == ["it ignores ranges"]
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
