"""Encrypted streams (MSE): fetch and seed with clients that want them, that can do without, and that do not know them."""

import json
import subprocess
import time

import libtorrent
import pytest

import clients
import namespace
import swarms
import trees
from namespace import FETCH

SIZE = 2_000_001
# What libtorrent wants: whether streams are encrypted (0: always, 1: it may be, 2: never), and how what follows goes (1: as it is, 2: RC4, 3: either).
THEIRS = {
    "rc4": {"in_enc_policy": 0, "out_enc_policy": 0, "allowed_enc_level": 2},
    "plaintext": {"in_enc_policy": 0, "out_enc_policy": 0, "allowed_enc_level": 1},
    "either": {"in_enc_policy": 0, "out_enc_policy": 0, "allowed_enc_level": 3},
    "enabled": {"in_enc_policy": 1, "out_enc_policy": 1, "allowed_enc_level": 3},
    "disabled": {"in_enc_policy": 2, "out_enc_policy": 2},
}
RC4, HANDSHAKE, PLAIN = "RC4", "handshake", "plain"
# How streams go that we dial: what we say, what they want, what it comes to.
DIALLED = [
    ("allow", "rc4", RC4),
    ("allow", "plaintext", HANDSHAKE),
    ("allow", "either", HANDSHAKE),
    ("allow", "enabled", PLAIN),
    ("allow", "disabled", PLAIN),
    ("require", "rc4", RC4),
    ("require", "plaintext", None),
    ("require", "either", RC4),
    ("require", "enabled", RC4),
    ("require", "disabled", None),
    ("never", "rc4", None),
    ("never", "either", None),
    ("never", "enabled", PLAIN),
    ("never", "disabled", PLAIN),
]
# The same of streams that they dial: who may do either begins with an encrypted one.
CALLED = [(ours, theirs, HANDSHAKE if (ours, theirs) == ("allow", "enabled") else how) for ours, theirs, how in DIALLED]


@pytest.fixture
def torrent(make, data):
    """A torrent of one file, which lies in the folder `data`."""
    root = trees.Tree("file", {"": trees.content(SIZE)}).plant(data)
    return make.torrent("-l", "64KiB", root)


class Peer:
    """A libtorrent session with a torrent, and how its streams went."""

    def __init__(self, wants, torrent, folder):
        limits = {"min_reconnect_time": 1, "close_redundant_connections": False}
        self.session = libtorrent.session(swarms.SETTINGS | limits | THEIRS[wants])
        self.handle = self.session.add_torrent(swarms.parameters(torrent, folder))
        self.seen = set()

    @property
    def name(self):
        """How `--peer` names it."""
        return f"127.0.0.1:{self.session.listen_port()}"

    def look(self):
        """Notes how the streams go over which payload has come or gone."""
        info = libtorrent.peer_info
        for peer in self.handle.get_peer_info():
            if peer.payload_down_speed + peer.payload_up_speed + peer.total_download + peer.total_upload:
                kinds = {info.rc4_encrypted: RC4, info.plaintext_encrypted: HANDSHAKE}
                self.seen.add(next((kind for flag, kind in kinds.items() if peer.flags & flag), PLAIN))


@pytest.mark.parametrize(("ours", "theirs", "how"), DIALLED)
def test_they_give(ours, theirs, how, torrent, data, out, fetch):
    peer = Peer(theirs, torrent, data)
    swarms.wait_for(lambda: peer.handle.status().is_seeding, peer.handle)
    options = ["-o", out, "--peer", peer.name, "--encryption", ours, "--bind", "127.0.0.1", "--json"]
    # Slow enough to be looked at.
    command = [fetch.program, torrent, *options, "--max-download", "1MiB", "--stall-timeout", "5s"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None:
        peer.look()
        time.sleep(0.05)
    last = json.loads(process.communicate()[0].splitlines()[-1])
    assert (process.returncode, peer.seen) == ((0, {how}) if how else (5, set())), last
    if how:
        assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize(("ours", "theirs", "how"), CALLED)
def test_they_take(ours, theirs, how, torrent, data, out, seed):
    with seed.offering(torrent, data, "--encryption", ours, "--max-upload", "1MiB") as offered:
        peer = Peer(theirs, torrent, out)
        end = time.monotonic() + (60 if how else 5)
        while not peer.handle.status().is_seeding and time.monotonic() < end:
            if not peer.handle.get_peer_info():
                peer.handle.connect_peer(("127.0.0.1", offered["port"]))
            peer.look()
            time.sleep(0.05)
        done = peer.handle.status().is_seeding
    assert (done, peer.seen) == ((True, {how}) if how else (False, set()))


def test_a_stall_tells_who_was_cut_off(torrent, data, out, fetch):
    peer = Peer("rc4", torrent, data)
    _, events = fetch.json(torrent, "-o", out, "--peer", peer.name, "--encryption", "never", "--stall-timeout", "3s")
    peers = events[-1]["peers"]
    assert (peers["hung_up"], peers["encrypted"]) == (1, {"dialled": 0, "reached": 0})


@pytest.mark.parametrize("tool", ["fetch", "seed"])
def test_transmission_requires_it(tool, scene, network, programs, tmp_path):
    """It gives to fetch and takes from seed; they meet through a tracker, since it talks to no peer on loopback."""
    with scene("v1") as (torrent, info_hash, url, data, out):
        required = clients.transmission(torrent, data if tool == "fetch" else out, tmp_path, "-er")
        ours = ["-o", out] if tool == "fetch" else [data, "--state", tmp_path / "state"]
        ours = [programs / tool, torrent, *ours, "--bind", FETCH]
        first, second = (required, ours) if tool == "fetch" else (ours, required)
        with network.running(*first) as seeder:
            namespace.wait_for(lambda: any(namespace.peers(network, url, info_hash)), lambda: seeder.log.read_text())
            with network.running(*second) as leecher:
                namespace.wait_for(lambda: clients.files(out) == clients.TREE.files, lambda: leecher.log.read_text())
