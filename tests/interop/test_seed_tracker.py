"""The tracker of `seed --serve`: other people's clients announce to it over HTTP and UDP, and find each other and the seed."""

import contextlib
import json

import pytest

import bep52
import clients
import namespace
import swarms
import trees
from clients import TREE
from namespace import CLIENT, FETCH, TRACKER

PORT = 6969
ANNOUNCE = {"http": f"http://{TRACKER}:{PORT}/announce", "udp": f"udp://{TRACKER}:{PORT}/announce"}
# aria2 asks trackers over UDP only where its DHT is on; rqbit tells no tracker of what it has whole.
MEETINGS = [(clients.libtorrent, "http"), (clients.libtorrent, "udp"), (clients.transmission, "http"), (clients.transmission, "udp"), (clients.aria2, "http")]


@contextlib.contextmanager
def serving(network, programs, tmp_path, *what):
    """A seed that serves; gives the URL of its tracker."""
    command = [programs / "seed", *what, "--serve", "--bind", TRACKER, "--port", PORT, "--json", "--state", tmp_path / "state"]
    with network.running(*command) as process:
        namespace.wait_for(lambda: network.get(f"http://{TRACKER}:{PORT}/feed.xml"), lambda: process.log.read_text())
        yield f"http://{TRACKER}:{PORT}"


def named(scheme, make, data):
    """A torrent that names the tracker, and its hash."""
    torrent = make.torrent("--protocol", "v1", "-l", "64KiB", "-a", ANNOUNCE[scheme], TREE.plant(data))
    return torrent, bep52.parse(torrent.read_bytes()).v1


@pytest.mark.parametrize(("client", "scheme"), MEETINGS)
def test_clients_find_each_other(client, scheme, network, programs, make, data, tmp_path):
    """The torrent is a stranger's: all that they have of each other is what an open tracker tells them."""
    torrent, info_hash = named(scheme, make, data)
    other, out = trees.tree("other", {"a": 5}).plant(tmp_path), tmp_path / "out"
    out.mkdir()
    with serving(network, programs, tmp_path, "--open-tracker", other) as url:
        with network.running(*client(torrent, data, tmp_path)) as seeder:
            namespace.wait_for(lambda: namespace.peers(network, url, info_hash)[0] == 1, lambda: seeder.log.read_text())
            options = ["--bind", FETCH, "-o", out, "--deadline", "60s", "--json"]
            code, events, talk = network.run(programs / "fetch", torrent, *options)
            assert code == 0, (talk, events.decode())
            # fetch said goodbye.
            assert namespace.peers(network, url, info_hash) == (1, 0)
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize(
    ("client", "scheme"),
    [*MEETINGS, pytest.param(clients.rqbit, "http", marks=pytest.mark.soak), pytest.param(clients.rqbit, "udp", marks=pytest.mark.soak)],
)
def test_clients_find_the_seed(client, scheme, network, programs, make, data, tmp_path):
    torrent, info_hash = named(scheme, make, data)
    out = tmp_path / "out"
    out.mkdir()
    with serving(network, programs, tmp_path, torrent, data) as url:
        assert namespace.peers(network, url, info_hash) == (1, 0)
        with network.running(*client(torrent, out, tmp_path)) as leecher:
            wanted = {name: data / TREE.name / name for name in TREE.files}
            there = {name: out / TREE.name / name for name in TREE.files}
            is_there = lambda: all(there[name].is_file() and there[name].read_bytes() == path.read_bytes() for name, path in wanted.items())
            namespace.wait_for(is_there, lambda: leecher.log.read_text())
            namespace.wait_for(lambda: sum(namespace.peers(network, url, info_hash)) == 2, lambda: leecher.log.read_text())


@pytest.mark.parametrize("kind", ["v1", "v2", "hybrid"])
def test_fetch_needs_nothing_but_the_torrent_that_is_served(kind, network, programs, data, tmp_path):
    """The torrent comes from the seed itself, and names it as tracker and web seed."""
    root, out = TREE.plant(data), tmp_path / "out"
    out.mkdir()
    with serving(network, programs, tmp_path, "--protocol", kind, root) as url:
        code, events, talk = network.run(programs / "fetch", f"{url}/{TREE.name}.torrent", "--bind", FETCH, "-o", out, "--deadline", "60s", "--json")
        assert code == 0, (talk, events.decode())
    records = [json.loads(line) for line in events.splitlines()]
    assert not [record for record in records if record["event"] == "tracker"], records
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_strangers_torrents_are_refused_where_it_is_not_open(network, programs, make, data, tmp_path):
    torrent, info_hash = named("http", make, data)
    other = trees.tree("other", {"a": 5}).plant(tmp_path)
    with serving(network, programs, tmp_path, other) as url:
        answer = network.get(f"{url}/announce?info_hash={namespace.escaped(info_hash)}&port=1&left=1&ip={CLIENT}")
        assert answer == b"d14:failure reason39:this tracker does not know that torrent8:retry ini30ee"
        assert torrent.is_file()
