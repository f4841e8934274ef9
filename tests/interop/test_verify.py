"""verify-data says of whole and damaged trees what an independent model says: each file's state, and its bad bytes."""

import collections
import os
import random
import shutil

import pytest

import bep52
import corpora
import damage
import expected
import facts
import trees

KINDS = {
    "v1": {"protocol": "v1"},
    "aligned": {"protocol": "v1", "aligned": True},
    "v2": {"protocol": "v2"},
    "hybrid": {"protocol": "hybrid"},
}
PIECE_LENGTHS = [16 * 1024 << n for n in range(4)]
ODD_PIECE_LENGTHS = [100, 1_000, 50_000]
NAMES = trees.NAMES + trees.WILD_NAMES
LISTS = {
    "ok": ["ok"],
    "missing": ["missing"],
    "suspect": ["suspect"],
    "unproven": ["unproven"],
    "bad": ["damaged", "short", "long"],
    "wrong-type": ["wrong-type"],
    "unreadable": ["unreadable"],
}
BY_CHANCE, IN_SOAK = range(20), range(20, 270)
WITH_PAYLOAD = ["numbers.torrent", "lots-of-numbers.torrent"]


class Case:
    """A tree on disk and its torrent, which our own reading of the specifications has made."""

    def __init__(self, tree, kind, piece_length, parent):
        self.tree = tree
        self.piece_length = piece_length
        self.aligned = kind != "v1"
        self.data = parent / "data"
        self.root = tree.plant(self.data)
        self.torrent = parent / f"{kind}.torrent"
        self.torrent.write_bytes(bep52.create(self.root, piece_length, **KINDS[kind]).data)

    @property
    def folder(self):
        """What names in lists start from: the content, or the folder of a single file."""
        return self.data if "" in self.tree.files else self.root

    def expected(self):
        """What is to be said, as things are on disk now."""
        return expected.of(self.tree, [self.tree.name], self.data, self.piece_length, self.aligned)

    def shown(self, file):
        """How the file is called in JSON and in lists: a single file has the torrent's name."""
        return file.path or self.tree.name


def by_name(tree):
    """Makes a test's name readable."""
    return tree.name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", trees.NAMED, ids=by_name)
def test_whole_data(tree, kind, tmp_path, verify):
    case = Case(tree, kind, 32 * 1024, tmp_path)
    said = verify.json(case.torrent, case.data)
    assert {file["state"] for file in said.files} == {"ok"}
    assert (said.summary["proven"], said.summary["complete"], said.code) == (said.summary["size"], True, 0)
    judge(said, case)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", [trees.SINGLE_FILE, trees.FOLDER_OF_ONE, trees.LIBTORRENT_FAILS_ON[0]], ids=by_name)
def test_any_way_to_name_the_data(tree, kind, tmp_path, verify, monkeypatch):
    """The folder that holds it, the content itself, with or without a slash, and nothing for the current folder."""
    case = Case(tree, kind, 32 * 1024, tmp_path)
    slash = [f"{case.root}/", f"{case.root}/."] if case.root.is_dir() else []
    ways = [[case.data], [f"{case.data}/"], [case.root], *([way] for way in slash)]
    judge(said := verify.json(case.torrent, case.data), case)
    assert [verify.json(case.torrent, *way) for way in ways] == [said] * len(ways)
    for folder in [case.data, *[case.root] * case.root.is_dir()]:
        monkeypatch.chdir(folder)
        assert verify.json(case.torrent) == said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", BY_CHANCE)
def test_damaged_at_random(seed, kind, tmp_path, verify):
    damaged_at_random(seed, kind, tmp_path, verify)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", IN_SOAK)
def test_damaged_at_random_at_length(seed, kind, tmp_path, verify):
    damaged_at_random(seed, kind, tmp_path, verify)


def damaged_at_random(seed, kind, parent, verify):
    """A random tree, damaged in any ways."""
    rng = random.Random(f"{seed}/{kind}")
    piece_length = rng.choice(PIECE_LENGTHS + ODD_PIECE_LENGTHS * (kind in ("v1", "aligned")))
    case = Case(trees.random_tree(rng.random(), piece_length, NAMES), kind, piece_length, parent)
    done = damage.at_random(rng.random(), case.root, damage.EVERY)
    judge(verify.json(case.torrent, rng.choice([case.data, case.root])), case, done)
    judge_list(verify, case, rng.choice(list(LISTS)), done)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", damage.EVERY[len(damage.OF_CONTENT) :], ids=lambda way: way.__name__)
def test_damaged_single_file(way, kind, tmp_path, verify):
    case = Case(trees.SINGLE_FILE, kind, 32 * 1024, tmp_path)
    way(str(case.root), str(case.root), random.Random(kind))
    judge(verify.json(case.torrent, case.data), case)
    for which in LISTS:
        judge_list(verify, case, which)


def test_a_missing_file_spoils_no_neighbour(tmp_path, verify):
    """All four share one v1 piece, of which nothing can be said any more; that is not to say that it is wrong."""
    case = Case(trees.tree("neighbours", {"a": 10, "b": 20, "c": 0, "d": 30}), "v1", 16 * 1024, tmp_path)
    (case.root / "b").unlink()
    said = verify.json(case.torrent, case.data)
    assert [file["state"] for file in said.files] == ["unproven", "missing", "ok", "unproven"]
    assert (said.summary["proven"], said.summary["complete"], said.code) == (0, False, 1)


def test_a_file_that_is_wrong_on_its_own_clears_its_neighbours(tmp_path, verify):
    """The first piece is the large file's alone and fails, so the shared one needs no other culprit."""
    case = Case(trees.tree("culprit", {"large": 20_000, "small": 100}), "v1", 16 * 1024, tmp_path)
    content = (case.root / "large").read_bytes()
    (case.root / "large").write_bytes(b"x" + content[1:-1] + bytes([content[-1] ^ 1]))
    said = verify.json(case.torrent, case.data)
    states = [(file["state"], joined(file["bad"])) for file in said.files]
    assert states == [("damaged", [[0, 20_000]]), ("unproven", [[0, 100]])]


@pytest.mark.parametrize("seed", range(20))
def test_extra_files(seed, tmp_path, verify):
    """What the torrent doesn't know, wherever it lies in the content; links are not followed on the way."""
    rng = random.Random(seed)
    case = Case(trees.random_tree(rng.random(), 32 * 1024, NAMES), "v1", 32 * 1024, tmp_path)
    folders = [folder for folder, _, _ in os.walk(case.root)]
    planted = {os.path.join(rng.choice(folders), f"extra {number}") for number in range(rng.randint(0, 5))}
    for path in planted:
        with open(path, "wb") as file:
            file.write(b"extra")
    os.symlink(tmp_path, case.root / "link out")
    planted.add(str(case.root / "link out"))
    outcome = verify("--list", "extra", "--null", case.torrent, case.folder)
    assert set(on_disk(outcome.stdout, case)) == planted
    assert outcome.code == 0, "files that nobody asked for prove nothing about those of the torrent"


def payload():
    """The torrents of the corpora that come with their data."""
    return [row for row in corpora.torrents("must-accept") if set(WITH_PAYLOAD) & set(row["known_as"])]


@pytest.fixture(params=payload(), ids=corpora.by_id)
def with_data(request, tmp_path):
    """One of these torrents, and a copy of its data."""
    row = request.param
    shutil.copytree(corpora.FOLDER / "payload" / row["name"], tmp_path / row["name"], copy_function=shutil.copyfile)
    return row, tmp_path


def test_payload_whole(with_data, verify):
    row, data = with_data
    said = verify.json(row["path"], data)
    assert said.code == 0
    assert (said.summary["proven"], said.summary["complete"]) == (row["total_size"], True)
    assert (said.summary["name"], said.summary["info_hash_v1"]) == (row["name"], row["v1"])
    assert [(f"{row['name']}/{file['path']}", file["length"]) for file in said.files] == [
        (path, length) for path, length, _ in row["file_list"]
    ]


@pytest.mark.parametrize("way, state", [(damage.flip, "suspect"), (damage.cut, "short"), (damage.extend, "long")])
def test_payload_damaged(way, state, with_data, verify):
    """All files lie in one v1 piece: a changed byte makes them all suspect, a wrong size only its own file."""
    row, data = with_data
    content = {path: (data / path).read_bytes() for path, _, _ in row["file_list"]}
    for hit in content:
        way(data / hit, data / row["name"], random.Random(hit))
        said = verify.json(row["path"], data)
        assert said.code == 1
        others = {"suspect": "suspect", "short": "unproven", "long": "ok"}[state]
        states = {f"{row['name']}/{file['path']}": file["state"] for file in said.files}
        assert states == {path: state if path == hit else others for path in content}
        (data / hit).write_bytes(content[hit])
    assert verify.json(row["path"], data).code == 0


def judge(said, case, done=""):
    """The tool says what the model says."""
    files = case.expected()
    assert in_short(said) == [(case.shown(file), len(file.original), file.state, file.bad) for file in files], done
    states = collections.Counter(file.state for file in files)
    complete = set(states) == {"ok"}
    summary = {
        "name": case.tree.name,
        "size": sum(len(file.original) for file in files),
        "proven": sum(file.proven for file in files),
        "complete": complete,
        "file_count": len(files),
    }
    assert {key: said.summary[key] for key in summary} == summary, done
    assert {state: count for state, count in said.summary["states"].items() if count} == states, done
    assert said.code == (0 if complete else 1), done


def in_short(said):
    """Path, length, state and bad bytes of each file; ranges that touch are one."""
    return [(facts.text(file["path"]), file["length"], file["state"], joined(file["bad"])) for file in said.files]


def joined(ranges):
    """The same bytes in as few ranges as may be."""
    result = []
    for first, length in ranges:
        if result and sum(result[-1]) == first:
            result[-1][1] += length
        else:
            result.append([first, length])
    return result


def judge_list(verify, case, which, done=""):
    """The names of a list lead to the files whose states it is for."""
    outcome = verify("--list", which, "--null", case.torrent, case.folder)
    files = [file for file in case.expected() if file.state in LISTS[which]]
    assert on_disk(outcome.stdout, case) == [os.path.join(case.folder, case.shown(file)) for file in files], done


def on_disk(names, case):
    """The paths that a NUL-separated list leads to."""
    return [os.path.join(case.folder, name) for name in names.split("\0")[:-1]]
