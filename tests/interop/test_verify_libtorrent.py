"""libtorrent's own check finds the same pieces good as verify-data, over the same damaged trees."""

import os
import random
import stat

import pytest

import damage
import expected
import judges
import trees
from test_verify import KINDS, PIECE_LENGTHS, Case, by_name

# libtorrent would follow links out of the tree, and wait for ever at a FIFO.
WAYS = [way for way in damage.EVERY if way not in (damage.link_out, damage.link_folder_out)]
BY_CHANCE, IN_SOAK = range(20), range(20, 270)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", [trees.SINGLE_FILE, trees.FOLDER_OF_ONE, *trees.LIBTORRENT_FAILS_ON], ids=by_name)
def test_whole_data(tree, kind, tmp_path, verify, session):
    assert all(compare(Case(tree, kind, 32 * 1024, tmp_path), verify, session))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", BY_CHANCE)
def test_damaged_at_random(seed, kind, tmp_path, verify, session):
    damaged_at_random(seed, kind, tmp_path, verify, session)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", IN_SOAK)
def test_damaged_at_random_at_length(seed, kind, tmp_path, verify, session):
    damaged_at_random(seed, kind, tmp_path, verify, session)


def damaged_at_random(seed, kind, parent, verify, session):
    """A random tree, damaged in ways that libtorrent can look at."""
    rng = random.Random(f"{seed}/{kind}/libtorrent")
    piece_length = rng.choice(PIECE_LENGTHS)
    case = Case(trees.random_tree(rng.random(), piece_length), kind, piece_length, parent)
    done = damage.at_random(rng.random(), case.root, WAYS)
    compare(case, verify, session, done)


def compare(case, verify, session, done=""):
    """Both find the same pieces good, which are returned."""
    said = verify.json(case.torrent, case.data)
    remove_what_is_no_file(case.root)
    pieces = judges.libtorrent_status(session, case.torrent.read_bytes(), case.root).pieces
    assert pieces_without_bad_bytes(said, case) == pieces, (said.files, done)
    return pieces


def pieces_without_bad_bytes(said, case):
    """By number; whatever verify-data calls a file, its bad bytes are those that count."""
    files = expected.laid_out(case.tree, case.piece_length, case.aligned)
    good = [True] * -(-files[-1].end // case.piece_length)
    for file, its in zip(files, said.files, strict=True):
        for first, length in its["bad"]:
            start = (file.start + first) // case.piece_length
            end = -(-(file.start + first + length) // case.piece_length)
            good[start:end] = [False] * (end - start)
    return good


def remove_what_is_no_file(root):
    """To libtorrent that would be no bad data but an error. The pieces are the same as if nothing were there."""
    if not os.path.isdir(root):
        if os.path.exists(root) and not stat.S_ISREG(os.stat(root).st_mode):
            os.unlink(root)
        return
    for folder, _, names in os.walk(root, topdown=False):
        for path in [os.path.join(folder, name) for name in names]:
            if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
                os.unlink(path)
        if folder != str(root) and not os.listdir(folder):
            os.rmdir(folder)
