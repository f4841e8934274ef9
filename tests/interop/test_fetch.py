"""The chain: make-torrent, a real client that seeds, fetch, verify-data. And fetch gives as it takes."""

import os
import random
import re
import socket
import subprocess
import time

import pytest

import bep52
import swarms
import trees

KINDS = ["v1", "v2", "hybrid"]
MIXED = trees.tree(
    "mixed",
    {"large": 3_000_001, "folder/small": 40_000, "folder/empty": 0, "folder/deep/er/one": 1, "block": 1 << 14},
)
TREES = [trees.SINGLE_FILE, trees.FOLDER_OF_ONE, MIXED, trees.tree("thousand", {f"{i // 50:02}/{i:04}": i for i in range(999)})]


def by_name(tree):
    return tree.name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", TREES, ids=by_name)
def test_the_chain(tree, kind, make, fetch, verify, data, out):
    root = tree.plant(data)
    torrent = make.torrent("--protocol", kind, root)
    with swarms.seeding(torrent, data) as seeder:
        outcome, events = fetch.json(torrent, "--peer", seeder.peer, "-o", out, "--stall-timeout", 30)
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert verify.json(torrent, out).summary["complete"]
    completed = next(event for event in events if event["event"] == "completed")
    assert completed["done"] == completed["wanted"] and completed["path"] == str(out / tree.name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_enough(kind, make, fetch, inspect, data, out):
    root = MIXED.plant(data)
    torrent = make.torrent("--protocol", kind, root)
    link = inspect.json(torrent)["magnet"]
    with swarms.seeding(torrent, data) as seeder:
        outcome = fetch(link, "--peer", seeder.peer, "-o", out, "--stall-timeout", 30, "--metadata-timeout", 30)
        assert outcome.code == 0, outcome
        command = [fetch.program, link, "--peer", seeder.peer, "--print-torrent", "--metadata-timeout", "30"]
        printed = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert bep52.parse(printed).info == bep52.parse(torrent.read_bytes()).info
    layers = [bep52.decode(of, 0)[0].get(b"piece layers") for of in (printed, torrent.read_bytes())]
    assert layers[0] == layers[1] and bool(layers[0]) == (kind != "v1")


@pytest.mark.parametrize("kind", KINDS)
def test_the_torrent_of_a_link_is_the_same_byte_by_byte(kind, make, fetch, inspect, data):
    """Even if no file has more than one piece: `piece layers` is empty then, but there."""
    torrent = make.torrent("--protocol", kind, trees.tree("small", {"a": 2000, "b": 5000}).plant(data))
    link = inspect.json(torrent)["magnet"]
    with swarms.seeding(torrent, data) as seeder:
        command = [fetch.program, link, "--peer", seeder.peer, "--print-torrent", "--metadata-timeout", "30"]
        printed = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    assert printed == torrent.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_selected(kind, make, fetch, data, out):
    root = MIXED.plant(data)
    torrent = make.torrent("--protocol", kind, root)
    with swarms.seeding(torrent, data) as seeder:
        outcome = fetch(torrent, "--peer", seeder.peer, "-o", out, "--select", "small,block", "--stall-timeout", 30)
        given = seeder.uploaded()
    assert outcome.code == 0, outcome
    files = {name: content for name, content in swarms.tree_of(out).items() if content is not None}
    wanted = ["mixed/block", "mixed/folder/small"]
    assert files == {name: (data / name).read_bytes() for name in wanted}
    assert given < 500_000


def test_several_side_by_side(make, fetch, data, out):
    names = [f"tree {n}" for n in range(6)]
    planted = [trees.tree(name, {"a": 500_000 + 1000 * n, "b": n}).plant(data) for n, name in enumerate(names)]
    torrents = [make.torrent("--protocol", KINDS[n % 3], root) for n, root in enumerate(planted)]
    seeder = swarms.Seeder()
    for torrent in torrents:
        seeder.add(torrent, data)
    outcome = fetch(*torrents, "--peer", seeder.peer, "-o", out, "--stall-timeout", 30)
    assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert sorted(outcome.stdout.splitlines()) == [str(out / name) for name in names]


@pytest.mark.parametrize("kind", KINDS)
def test_who_stays_gives(kind, make, fetch, data, out):
    root = MIXED.plant(data)
    torrent = make.torrent("--protocol", kind, root)
    with listening(fetch, torrent, data) as peer:
        swarms.leech(torrent, out, peer)
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_what_is_on_stdin_and_what_is_there(make, fetch, data, out):
    root = MIXED.plant(data)
    torrent = make.torrent(root)
    outcome = fetch("-", "-o", data, stdin=torrent.read_bytes())
    assert (outcome.code, outcome.stdout) == (0, f"{root}\n"), outcome
    (root / "large").write_bytes(b"mine")
    outcome = fetch(torrent, "-o", data)
    assert outcome.code == 4 and "exists with other content" in outcome.stderr, outcome
    assert (root / "large").read_bytes() == b"mine"
    with swarms.seeding(torrent, MIXED.plant(out / "seed").parent) as seeder:
        outcome = fetch(torrent, "-o", data, "--force", "--peer", seeder.peer, "--stall-timeout", 30)
    assert outcome.code == 0, outcome
    assert swarms.tree_of(data) == swarms.tree_of(out / "seed")


def test_an_interrupted_fetch_goes_on(make, fetch, data, out):
    root = MIXED.plant(data)
    torrent = make.torrent(root, "-l", "16KiB")
    with swarms.seeding(torrent, data, rate=1_000_000) as seeder:
        command = [fetch.program, "--json", torrent, "--peer", seeder.peer, "-o", out]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as first:
            pieces = 0
            while pieces < 30:
                pieces += '"event":"piece"' in first.stdout.readline()
            began = time.monotonic()
            first.terminate()
            rest, _ = first.communicate(timeout=20)
        assert (first.returncode, time.monotonic() - began < 10) == (143, True)
        pieces += len(re.findall('"event":"piece"', rest))
        outcome, events = fetch.json(torrent, "--peer", seeder.peer, "-o", out)
    assert outcome.code == 0, outcome
    started = next(event for event in events if event["event"] == "started")
    assert started["pieces_had"] >= pieces
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_script_gets_the_path_as_it_is(make, fetch, data):
    """Whatever bytes it has; a person sees them escaped."""
    file = data / os.fsdecode(b"\x1b[31m \xff")
    file.write_bytes(b"content")
    torrent = make.torrent("--raw-names", file)
    command = [fetch.program, torrent, "-o", data]
    printed = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert printed.stdout == os.fsencode(file) + b"\n" and b"\x1b" not in printed.stderr


@pytest.mark.parametrize("taker", ["fetch", "libtorrent"])
def test_much_is_given_at_full_speed(taker, make, fetch, data, out):
    """As fast as sockets take it, over the one connection there is."""
    file = data / "file"
    file.write_bytes(random.Random(1).randbytes(1 << 20) * 192)
    torrent = make.torrent(file, "-l", "16KiB")
    with listening(fetch, torrent, data) as peer:
        if taker == "libtorrent":
            swarms.leech(torrent, out, peer)
        else:
            outcome, events = fetch.json(torrent, "--peer", peer, "-o", out, "--deadline", 30)
            assert outcome.code == 0, outcome
            assert all(event.get("peers", 1) for event in events if event.get("downloaded"))
    assert (out / "file").read_bytes() == file.read_bytes()


class listening:
    """A fetch that has all of a torrent, or gets it first, and stays; gives `HOST:PORT`."""

    def __init__(self, fetch, torrent, folder, *more):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        options = ["--port", self.port, "--bind", "127.0.0.1", "--seed-time", "60", "--json", *more]
        self.command = list(map(str, [fetch.program, torrent, "-o", folder, *options]))

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while '"event":"completed"' not in (line := self.process.stdout.readline()):
            assert line, self.process.communicate()
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=20)
        assert self.process.returncode == 143
