"""Requests for leaves (BEP 52): fetch, which has just fetched a torrent, and libtorrent are asked the same and answer the same.

Of what fetch found on its disk it gives no leaves.
"""

import os
import socket
import struct

import pytest

import bep52
import swarms
import trees
from test_fetch import listening

PATIENCE = 60  # seconds for what takes one
HASH_REQUEST, HASHES = 21, 22
TREE = trees.tree("leaves", {"large": 3_000_001, "one piece": 50_000, "two pieces": 140_000, "block": 1 << 14})
PIECE = 1 << 16


class Asker:
    """A peer that asks for hashes, by the v2 info hash."""

    def __init__(self, peer, info_hash):
        host, port = peer.rsplit(":", 1)
        self.line = socket.create_connection((host, int(port)), PATIENCE)
        self.line.sendall(b"\x13BitTorrent protocol" + bytes(7) + b"\x10" + info_hash[:20] + os.urandom(20))
        assert self.receive(68)[28:48] == info_hash[:20]

    def receive(self, count):
        """So many bytes."""
        data = b""
        while len(data) < count:
            more = self.line.recv(count - len(data))
            assert more, "cut off"
            data += more
        return data

    def ask(self, root, index, length, proof_layers):
        """The leaves, and the hashes that prove them; `None` if they are refused."""
        request = root + struct.pack(">IIII", 0, index, length, proof_layers)
        self.line.sendall(struct.pack(">IB", len(request) + 1, HASH_REQUEST) + request)
        while True:
            body = self.receive(struct.unpack(">I", self.receive(4))[0])
            if body and body[0] in (HASHES, HASHES + 1) and body[1:49] == request:
                return body[49:] if body[0] == HASHES else None


def right(layers, index, length, proof_layers):
    """What BEP 52 says is the answer."""
    own = layers[0][index : index + length]
    uncles = range(length.bit_length() - 1, proof_layers + 1)
    return b"".join(own + [layers[level][index >> level ^ 1] for level in uncles])


def requests(layers):
    """Runs of every size at the start and at the end of a file, proved up to the root, up to a piece, and not at all."""
    height = len(layers) - 1
    blocks = next(n for n in range(len(layers[0]), 0, -1) if layers[0][n - 1] != bep52.EMPTY_LEAF)
    for size in range(1, min(height, 9) + 1):
        last = (blocks - 1) >> size << size
        for index in sorted({0, last}):
            for proof_layers in sorted({0, min(2, height - 1), height - 1}):
                yield index, 1 << size, proof_layers


@pytest.mark.parametrize("kind", ["v2", "hybrid"])
def test_fetch_answers_as_libtorrent_does(kind, make, fetch, data, tmp_path):
    root = TREE.plant(data)
    torrent = make.torrent("--protocol", kind, "--piece-length", PIECE, root)
    info_hash = bytes.fromhex(bep52.parse(torrent.read_bytes()).v2)
    files = bep52.read_files(os.fsencode(root))
    found, out = listening(fetch, torrent, data), tmp_path / "out"
    with found as found, swarms.seeding(torrent, data) as seeder, listening(fetch, torrent, out, "--peer", seeder.peer) as ours:
        ours, theirs, found = Asker(ours, info_hash), Asker(seeder.peer, info_hash), Asker(found, info_hash)
        for file in files:
            layers = bep52.merkle_layers(file.content)
            for request in requests(layers):
                expected = right(layers, *request)
                assert ours.ask(layers[-1][0], *request) == expected, (file.path, request)
                assert theirs.ask(layers[-1][0], *request) == expected, (file.path, request)
                assert found.ask(layers[-1][0], *request) is None, (file.path, request)
