"""v2 and hybrid torrents are the ones that BEP 52 describes, byte for byte, and libtorrent takes them."""

import random

import pytest

import bep52
import judges
import trees

PIECE_LENGTHS = [16 * 1024 << n for n in range(5)]
KINDS = {
    "v1": {"protocol": "v1"},
    "aligned": {"protocol": "v1", "aligned": True},
    "v2": {"protocol": "v2"},
    "hybrid": {"protocol": "hybrid"},
}
BEP_52 = ["v2", "hybrid"]


def by_name(tree):
    """Makes a test's name readable."""
    return tree.name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(100))
def test_random_tree_is_written_as_specified(seed, kind, data, make):
    rng = random.Random(f"{seed}/{kind}")
    piece_length = rng.choice(PIECE_LENGTHS)
    root = trees.random_tree(rng.random(), piece_length, trees.NAMES + trees.WILD_NAMES).plant(data)
    check(make, root, kind, piece_length, rng.choice(spellings(piece_length)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", trees.NAMED, ids=by_name)
def test_named_tree_is_written_as_specified(tree, kind, data, make):
    check(make, tree.plant(data), kind, 32 * 1024, "32KiB")


@pytest.mark.parametrize("kind", BEP_52)
@pytest.mark.parametrize("tree", trees.NAMED + [trees.random_tree(seed, 32 * 1024) for seed in range(20)], ids=by_name)
def test_libtorrent_takes_it_and_finds_the_data_complete(tree, kind, data, make, session):
    root = tree.plant(data)
    torrent = make.bytes(root, "-l", "32KiB", "--protocol", kind)
    assert judges.libtorrent_hashes(torrent) == hashes(bep52.parse(torrent), kind)
    assert judges.libtorrent_accepts(session, torrent, root)


@pytest.mark.parametrize("kind", BEP_52)
def test_libtorrent_sees_damage(kind, data, make, session):
    """The judge above can say no."""
    root = trees.FOLDER_OF_ONE.plant(data)
    torrent = make.bytes(root, "--protocol", kind)
    (root / "only.bin").write_bytes(trees.content(5 * trees.BLOCK + 7, "other"))
    assert not judges.libtorrent_accepts(session, torrent, root)


@pytest.mark.parametrize("kind", BEP_52)
def test_hashes_are_printed(kind, data, make, tmp_path):
    out = tmp_path / "printed.torrent"
    outcome = make(trees.SINGLE_FILE.plant(data), "--protocol", kind, "-o", out)
    assert outcome.code == 0, outcome
    expected = [hash for hash in hashes(bep52.parse(out.read_bytes()), kind) if hash]
    assert [hash for hash in expected if hash not in outcome.stdout] == []


def check(make, root, kind, piece_length, spelled):
    """make-torrent writes just the bytes that our own reading of the specification leads to."""
    options = ["-l", spelled, "--protocol", KINDS[kind]["protocol"], "-a", "http://tracker.invalid/announce"]
    if kind == "aligned":
        options.append("--align")
    written = bep52.parse(make.bytes(root, *options))
    expected = bep52.create(root, piece_length, announce="http://tracker.invalid/announce", **KINDS[kind])
    # Decoded first, so that a failure shows the key that differs.
    assert bep52.decode(written.data, 0) == bep52.decode(expected.data, 0)
    assert written == expected


def spellings(piece_length):
    """The ways to type a piece length."""
    return [str(piece_length), f"{piece_length // 1024}KiB", str(piece_length.bit_length() - 1)]


def hashes(torrent, kind):
    """The v1 and v2 info hashes, None for the one that this kind of torrent does not have."""
    return torrent.v1 if kind == "hybrid" else None, torrent.v2
