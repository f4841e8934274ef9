"""Whatever system call fails: verify-data says so, never that the data is good or bad, and changes nothing."""

import json
import os

import pytest

import bep52
import faults
import trees

CALLS = ["openat2", "openat", "read", "preadv2", "mmap", "fstat", "newfstatat", "statx", "getdents64", "readlinkat"]
ERRORS = ["EIO", "EACCES", "EINTR", "ENOMEM"]
# Of these the tool may be unaware: it tries again, or reads what it can't map.
SURVIVABLE = [("openat2", "EINTR"), ("read", "EINTR"), ("preadv2", "EINTR"), *(("mmap", error) for error in ERRORS)]
MAYBE_NOT_MADE = {"mmap", "newfstatat", "statx", "getdents64", "readlinkat"}
MOST_CALLS = 100

DONE, UNREADABLE, CHANGED = 0, 4, 6
# A file that shares a piece with one that can't be read may be unproven; nothing on disk is wrong.
HONEST = {DONE: {"ok"}, UNREADABLE: {"ok", "unproven", "unreadable", "changed"}, CHANGED: {"ok", "unproven", "changed"}}

# Large enough to be mapped, small enough to be read, empty, and in a folder of its own; and a single one, without which
# nothing would tell that its folder is the content.
TREES = {
    "data": trees.tree("tree", {"large": 2_500_001, "folder/small": 40_000, "folder/empty": 0}),
    "data/tree": trees.tree("tree", {"small": 40_000}),
}


class Scene:
    """A torrent and its data, which is whole, and what a run without a fault says."""

    def __init__(self, program, parent, data):
        self.data = parent / "data"
        self.root = TREES[data].plant(self.data)
        self.torrent = parent / "tree.torrent"
        self.torrent.write_bytes(bep52.create(self.root, 1 << 20).data)
        self.report = parent / "stdout"
        self.gate = faults.build_gate(parent)
        self.command = [program, "--json", "--extra", "--threads", "1", self.torrent, parent / data]
        self.paths = tuple(map(str, [self.torrent, self.data, self.root, *self.root.rglob("*")]))
        self.before = self.look()
        self.clean = None

    def run(self, fault):
        """Run once; the data stays as it was."""
        result = faults.run(self.command, fault, self.gate, self.report)
        assert self.look() == self.before
        return result

    def said(self):
        """What stands on standard output."""
        return [json.loads(line) for line in self.report.read_text().splitlines()]

    def look(self):
        """Everything there, with its times of change and content."""
        stats = {path: os.lstat(path) for path in [self.torrent.parent, self.torrent, self.data, *self.data.rglob("*")]}
        content = {path: path.read_bytes() for path in stats if path.is_file()}
        return {path: (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in stats.items()}, content


@pytest.fixture(scope="module", params=TREES)
def scene(request, verify, tmp_path_factory):
    """The scene, with DATA the folder that holds the content or the content itself; a first run proves everything."""
    scene = Scene(verify.program, tmp_path_factory.mktemp("faults"), request.param)
    scene.report.touch()
    scene.before = scene.look()
    result = scene.run(faults.Fault("fsync", "EIO", 1))
    assert (result.code, result.failed_calls) == (DONE, []), result
    scene.clean = scene.said()
    assert scene.clean[0]["complete"]
    return scene


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
def test_each_call_in_its_turn(call, error, scene):
    """The first such call on the torrent or the data fails, then the second, until there are no more."""
    codes = []
    for nth in range(1, MOST_CALLS):
        result = scene.run(faults.Fault(call, error, nth, scene.paths))
        if not result.failed_calls:
            assert (result.code, scene.said()) == (DONE, scene.clean), "the run after the last fault is a clean one"
            print(f"{call}, {error}: {len(codes)} made to fail, exit {', '.join(map(str, codes)) or 'never'}")
            assert codes or call in MAYBE_NOT_MADE, f"no {call} was made to fail"
            return
        judge(scene, call, error, result)
        codes.append(result.code)
    raise AssertionError(f"more than {MOST_CALLS} times {call}")


@pytest.mark.parametrize("error", ["EAGAIN", "EOPNOTSUPP"])
def test_what_is_not_in_the_page_cache_is_read_all_the_same(error, scene):
    """Small files are first read without waiting for a disk; then with."""
    for nth in range(1, MOST_CALLS):
        result = scene.run(faults.Fault("preadv2", error, nth, scene.paths))
        assert (result.code, scene.said()) == (DONE, scene.clean), result
        if not result.failed_calls:
            assert nth > 1, "no preadv2 was made to fail"
            return


def judge(scene, call, error, result):
    """The exit code tells that something could not be done, the report or the message what."""
    said = scene.said()
    if (call, error) in SURVIVABLE:
        assert (result.code, said) == (DONE, scene.clean), result
    assert result.code in HONEST, result
    if not said:
        assert result.code == UNREADABLE and "verify-data: " in result.stderr, result
        return
    states = {record["state"] for record in said[1:] if record["state"] != "extra"}
    assert states <= HONEST[result.code], (result, said)
    assert said[0]["complete"] == (states == {"ok"})
    assert result.code != UNREADABLE or "unreadable" in states or "verify-data: " in result.stderr, (result, said)
    assert all("error" in record for record in said[1:] if record["state"] == "unreadable")
