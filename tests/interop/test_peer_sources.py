"""Peers that no tracker names: other peers tell of them (BEP 11), or they are in the same network (BEP 14). libtorrent is the other end."""

import contextlib
import sys

import pytest

import bep52
import clients
import namespace
import swarms
import trees
from clients import TREE
from namespace import CLIENT, FETCH, NEIGHBOURS, TRACKER

SEED, BETWEEN, PORT = CLIENT, TRACKER, 6881
EXACT = ["--stall-timeout", "30s", "--deadline", "120s"]
FAMILIES = pytest.mark.parametrize("family", [0, 1], ids=["v4", "v6"])
# Hears what is said to the group of IPv4, for so many seconds, and prints it.
LISTEN = """
import socket, struct, sys, time
group, near, seconds = sys.argv[1:]
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
heard.bind((group, 6771))
heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(near))
print("ready", flush=True)
end = time.monotonic() + float(seconds)
while (left := end - time.monotonic()) > 0:
    heard.settimeout(left)
    try:
        print(heard.recv(2000).decode(), flush=True)
    except TimeoutError:
        pass
"""

# Announces another torrent to the group of IPv4, as fast as it can.
FLOOD = """
import socket, sys
group, near = sys.argv[1:]
loud = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
loud.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(near))
announce = f"BT-SEARCH * HTTP/1.1\\r\\nHost: {group}:6771\\r\\nPort: 9\\r\\nInfohash: {'ab' * 20}\\r\\n\\r\\n\\r\\n".encode()
print("ready", flush=True)
while True:
    loud.sendto(announce, (group, 6771))
"""
GROUP = "239.192.152.143"


@pytest.fixture
def neighbours(neighbours):
    """Where programs look for each other."""
    for machine in neighbours:
        machine.environment.pop("PIECEWORK_NO_LSD")
    return neighbours


@contextlib.contextmanager
def libtorrent(machine, torrent, folder, address, *more):
    """A peer; it is ready."""
    command = [sys.executable, clients.LIBTORRENT, torrent, folder, "--address", address, "--port", PORT, *more]
    with machine.running(*command) as peer:
        said(peer, b"ready")
        yield peer


def said(process, word):
    """Waits until a program says a word."""
    line = process.stdout.readline()
    assert line.startswith(word), (line, process.log.read_text())


def a_torrent(make, data, *options):
    """A torrent that names nobody."""
    return make.torrent("--protocol", "v1", "-l", "64KiB", *options, TREE.plant(data))


def folder(tmp_path, name):
    """An empty one."""
    (tmp_path / name).mkdir()
    return tmp_path / name


def test_a_peer_that_only_another_one_knows_is_found(network, programs, make, data, out, tmp_path):
    """The one in between has nothing, and next to nothing comes to it."""
    torrent, empty = a_torrent(make, data), folder(tmp_path, "empty")
    slow = ["--leech", "--peer", f"{SEED}:{PORT}", "--download-limit", 100]
    with libtorrent(network, torrent, data, SEED), libtorrent(network, torrent, empty, BETWEEN, *slow):
        command = [programs / "fetch", torrent, "--peer", f"{BETWEEN}:{PORT}", "--bind", FETCH, "-o", out, *EXACT]
        code, _, talk = network.run(*command)
    assert code == 0, talk
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_others_find_a_peer_through_us(network, programs, make, data, out, tmp_path):
    """fetch is in between, and is slow."""
    torrent, empty = a_torrent(make, data), folder(tmp_path, "empty")
    between = [programs / "fetch", torrent, "--peer", f"{SEED}:{PORT}", "--bind", FETCH, "--port", PORT, "-o", empty, "--max-download", "1KiB"]
    with libtorrent(network, torrent, data, SEED), network.running(*between) as fetch:
        with libtorrent(network, torrent, out, BETWEEN, "--leech", "--peer", f"{FETCH}:{PORT}") as leecher:
            said(leecher, b"done")
            assert fetch.poll() is None, fetch.log.read_text()
    assert swarms.tree_of(out) == swarms.tree_of(data)


@FAMILIES
def test_a_neighbour_hears_us(family, neighbours, programs, make, data, out):
    """The other is there first: it hears of fetch, and dials."""
    near, far = neighbours
    torrent = a_torrent(make, data)
    with libtorrent(far, torrent, data, listening(NEIGHBOURS[1][family]), "--lsd"):
        code, _, talk = near.run(programs / "fetch", torrent, "-o", out, *EXACT)
    assert code == 0, talk
    assert swarms.tree_of(out) == swarms.tree_of(data)


@FAMILIES
def test_we_hear_a_neighbour(family, neighbours, programs, make, data, out, tmp_path):
    """seed is there first, and next announces in five minutes: it hears of the other."""
    near, far = neighbours
    torrent = a_torrent(make, data)
    with near.running(programs / "seed", torrent, data, "--json", "--state", tmp_path / "state") as seed:
        while b'"offered"' not in seed.stdout.readline():
            assert seed.poll() is None, seed.log.read_text()
        with libtorrent(far, torrent, out, listening(NEIGHBOURS[1][family]), "--leech", "--lsd") as leecher:
            said(leecher, b"done")
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_host_that_floods_the_group_keeps_nobody_from_being_heard(neighbours, programs, make, data, out, tmp_path):
    """The other announces itself, or hears of us, all the same."""
    near, far = neighbours
    torrent = a_torrent(make, data)
    flood = [sys.executable, "-c", FLOOD, GROUP, NEIGHBOURS[0][0]]
    with near.running(*flood) as loud, near.running(programs / "seed", torrent, data, "--json", "--state", tmp_path / "state") as seed:
        said(loud, b"ready")
        while b'"offered"' not in seed.stdout.readline():
            assert seed.poll() is None, seed.log.read_text()
        code, _, talk = far.run(programs / "fetch", torrent, "-o", out, *EXACT)
        assert loud.poll() is None, loud.log.read_text()
    assert code == 0, talk
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_who_has_only_neighbours_to_ask_is_told_at_once(neighbours, programs, out):
    """And at the end, what else there would be."""
    near, _ = neighbours
    code, _, talk = near.run(programs / "fetch", "0123456789abcdef0123456789abcdef01234567", "--no-dht", "-o", out)
    assert code == 5, talk
    assert "nowhere to look but in the networks of this machine (`--no-dht` is set)" in talk, talk
    assert "without `--no-dht` the DHT is asked as well" in talk, talk


def listening(address):
    """As libtorrent wants it."""
    return f"[{address}]" if ":" in address else address


def test_private_torrents_and_those_of_no_lsd_are_not_announced(neighbours, programs, make, data, tmp_path):
    """What is said in the network in the first seconds."""
    near, far = neighbours
    public, private = a_torrent(make, data), make.torrent("--private", "-a", "http://11.11.11.1:9/announce", trees.tree("secret", {"a": 100_000}).plant(data))
    state = ["--state", tmp_path / "state"]
    for options, told in [([], True), (["--no-lsd"], False)]:
        with far.running(sys.executable, "-c", LISTEN, GROUP, NEIGHBOURS[1][0], 5) as listener:
            said(listener, b"ready")
            with near.running(programs / "seed", public, private, "--data", data, *state, *options):
                heard = listener.stdout.read().decode().lower()
        hashes = {torrent: bep52.parse(torrent.read_bytes()).v1 for torrent in (public, private)}
        assert (hashes[public] in heard, hashes[private] in heard) == (told, False), heard


def test_a_link_that_names_its_torrent_needs_no_peer(network, programs, make, data, out, tmp_path):
    """The .torrent comes from where the link says (`xs`), and the content from the web seed that is in it."""
    torrent = a_torrent(make, data, "-w", f"http://{TRACKER}:8000/data/")
    (data / "x.torrent").write_bytes(torrent.read_bytes())
    link = f"magnet:?xt=urn:btih:{bep52.parse(torrent.read_bytes()).v1}&xs=http%3A%2F%2F{TRACKER}%3A8000%2Fdata%2Fx.torrent"
    with network.running(sys.executable, "-m", "http.server", "--bind", TRACKER, "--directory", data.parent, 8000) as server:
        namespace.wait_for(lambda: network.get(f"http://{TRACKER}:8000/data/x.torrent"), lambda: server.log.read_text())
        code, _, talk = network.run(programs / "fetch", link, "-o", out, *EXACT)
    assert code == 0, talk
    assert swarms.tree_of(out / TREE.name) == swarms.tree_of(data / TREE.name)
