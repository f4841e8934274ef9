"""Resident memory of fetch: at most `--memory` and 16 MiB more, whatever the torrent, the peers and the disk are like."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bep52
import grasping
import swarms

MEASURE = Path(__file__).with_name("measure.py")
MIB = 1 << 20
ROOM = 16 * MIB
GRASPING = 76  # fetch has 80 connections for a torrent
GROWTH = 4 * MIB  # of each grasping peer, at most


@pytest.fixture
def peak(fetch, tmp_path):
    """Measures the peak memory of a fetch that must complete, in bytes."""
    out = tmp_path / "out"

    def peak(label, torrent, peers, *arguments, before=()):
        named = [option for peer in peers for option in ("--peer", peer)]
        command = [*before, fetch.program, torrent, "-o", out / label, "-q", "--stall-timeout", "60", *named, *arguments]
        measured = json.loads(subprocess.check_output([sys.executable, "-S", "-E", MEASURE, *map(str, command)]))
        print(f"\n{label}: {measured['seconds']:.2f} s, peak {measured['peak'] / MIB:.1f} MiB")
        assert measured["code"] == 0
        assert swarms.tree_of(out / label) == swarms.tree_of(tmp_path / "data")
        return measured["peak"]

    return peak


@pytest.fixture
def seeder(make, data):
    """A torrent of some MiB, and who gives it."""

    def seeder(piece, size=256, rate=0):
        file = data / "file"
        with open(file, "wb") as opened:
            for block in range(size):
                opened.write(block.to_bytes(4, "big") * (MIB // 4))
        torrent = make.torrent("-l", piece, file)
        return torrent, swarms.Seeder(rate).add(torrent, data)

    return seeder


@pytest.mark.parametrize("memory", [8, 32])
@pytest.mark.parametrize("piece", ["16KiB", "4MiB"])
def test_memory_has_a_bound(piece, memory, peak, seeder):
    torrent, giver = seeder(piece)
    assert peak("plain", torrent, [giver.peer], "--memory", f"{memory}MiB") <= memory * MIB + ROOM


def test_a_torrent_of_very_many_pieces_leaves_less_for_payload(peak, data, tmp_path):
    piece = b"piece" * 200
    (data / "file").write_bytes(piece * 400_000)
    hashes = hashlib.sha1(piece).digest() * 400_000
    info = {b"length": len(piece) * 400_000, b"name": b"file", b"piece length": len(piece), b"pieces": hashes}
    torrent = tmp_path / "many.torrent"
    torrent.write_bytes(bep52.encode({b"info": info}))
    with swarms.seeding(torrent, data) as giver:
        assert peak("many", torrent, [giver.peer], "--memory", "16MiB") <= 16 * MIB + ROOM


@pytest.mark.parametrize("piece", ["16KiB", "16MiB"])
def test_what_is_there_is_hashed_in_the_memory_of_the_blocks(piece, peak, seeder, tmp_path):
    torrent, giver = seeder(piece, size=512)
    shutil.copytree(tmp_path / "data", tmp_path / "out/there")
    assert peak("there", torrent, [giver.peer], "--memory", "8MiB", "--threads", "2") <= 8 * MIB + ROOM


def test_a_slow_disk_holds_the_peers_up(peak, seeder, tmp_path):
    torrent, giver = seeder("256KiB", size=64)
    slow = [shutil.which("strace"), "-f", "-qq", "-o", tmp_path / "calls", "-e", "trace=pwritev", "-e", "inject=pwritev:delay_enter=2000"]
    assert peak("slow", torrent, [giver.peer], "--memory", "16MiB", before=[*map(str, slow)]) <= 32 * MIB


def test_grasping_peers_get_little(peak, seeder):
    torrent, giver = seeder("256KiB", size=64, rate=8 * MIB)
    without = peak("without", torrent, [giver.peer], "--memory", "16MiB")
    peers = grasping.GraspingPeers(GRASPING)
    try:
        among = peak("among", torrent, [*peers.addresses, giver.peer], "--memory", "16MiB")
    finally:
        peers.stop()
    print(f"{(among - without) / GRASPING / 1024:.0f} KiB a peer")
    assert among - without <= GRASPING * GROWTH and among <= 16 * MIB + ROOM
