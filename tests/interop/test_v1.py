"""v1 info hashes are the ones that other creators compute, wherever they take the same files in the same order."""

import pytest

import bep52
import judges
import trees

PIECE_LENGTH = 64 * 1024
ALIGN = [[], ["--align"]]
RANDOM_TREES = [trees.random_tree(seed, PIECE_LENGTH) for seed in range(40)]


def by_name(tree):
    """Makes a test's name readable."""
    return tree.name


@pytest.mark.parametrize("tree", trees.NAMED + RANDOM_TREES, ids=by_name)
def test_libtorrent_agrees_when_given_our_order(tree, data, make):
    root = tree.plant(data)
    assert ours(make, root) == judges.libtorrent_v1(root, PIECE_LENGTH)


@pytest.mark.parametrize("tree", trees.UNDISPUTED, ids=by_name)
def test_mktorrent_agrees(tree, data, make, tmp_path):
    root = tree.plant(data)
    assert ours(make, root) == judges.mktorrent_v1(root, PIECE_LENGTH, tmp_path / "mktorrent.torrent")


@pytest.mark.parametrize("tree", trees.UNDISPUTED, ids=by_name)
def test_torf_agrees(tree, data, make):
    root = tree.plant(data)
    assert ours(make, root) == judges.torf_v1(root, PIECE_LENGTH)


@pytest.mark.parametrize("align", ALIGN, ids=["packed", "aligned"])
@pytest.mark.parametrize("tree", trees.UNDISPUTED, ids=by_name)
def test_transmission_reads_our_hash(tree, align, data, make):
    """Only of v1 torrents: Debian's Transmission, 3.00, reads no hybrid, libtorrent's included."""
    torrent = make.torrent(tree.plant(data), *align)
    assert judges.transmission_v1(torrent) == bep52.parse(torrent.read_bytes()).v1


@pytest.mark.parametrize("align", ALIGN, ids=["packed", "aligned"])
@pytest.mark.parametrize("tree", trees.NAMED, ids=by_name)
def test_libtorrent_finds_the_data_complete(tree, align, data, make, session):
    root = tree.plant(data)
    torrent = make.bytes(root, "-l", PIECE_LENGTH, *align)
    assert judges.libtorrent_accepts(session, torrent, root)


def test_hash_is_printed(data, make, tmp_path):
    root = trees.SINGLE_FILE.plant(data)
    out = tmp_path / "printed.torrent"
    outcome = make(root, "-o", out)
    assert outcome.code == 0, outcome
    assert str(out) in outcome.stdout
    assert bep52.parse(out.read_bytes()).v1 in outcome.stdout


def ours(make, root):
    """The v1 info hash that make-torrent arrives at."""
    return bep52.parse(make.bytes(root, "-l", PIECE_LENGTH)).v1
