"""Whatever system call fails: the exit code says so, and the output folder holds a whole torrent or nothing at all."""

import pytest

import faults
import trees

CALLS = {
    "open": ["open", "openat", "openat2"],
    "list": ["getdents64"],
    "read": ["read", "readv", "pread64", "preadv", "preadv2"],
    "map": ["mmap"],
    "write": ["write", "writev", "pwrite64", "pwritev"],
    "sync": ["fsync", "fdatasync"],
    "rename": ["rename", "renameat", "renameat2", "link", "linkat"],
    "report": ["write", "writev"],
}
ERRORS = ["EIO", "ENOSPC", "EINTR", "EACCES", "EMFILE"]
MOST_CALLS = 300

# Large enough to be mapped, small enough to be read, empty, and in a folder of its own.
TREE = trees.tree("tree", {"large": 6_000_001, "folder/small": 40_000, "folder/empty": 0})


class Scene:
    """An input, a clean torrent of it, and an output folder to look into after each run."""

    def __init__(self, program, parent):
        self.input = TREE.plant(parent)
        self.out = parent / "out"
        self.out.mkdir()
        self.torrent = self.out / "result.torrent"
        self.report = parent / "stdout"
        self.gate = faults.build_gate(parent)
        self.command = [program, self.input, "-o", self.torrent, "-l", "64KiB", "--threads", "1"]
        self.clean = None

    def run(self, fault):
        """Run into an empty output folder."""
        for leftover in self.out.iterdir():
            leftover.unlink()
        return faults.run(self.command, fault, self.gate, self.report)

    def left(self):
        """What lies in the output folder, with its content."""
        return {file.name: file.read_bytes() for file in self.out.iterdir()}

    def paths(self, kind):
        """What the calls of a kind are limited to."""
        if kind == "report":
            return (str(self.report),)
        # A map of anything but input is an allocation, and its failure no fault of a disk.
        return tuple(map(str, [self.input, *self.input.rglob("*")])) if kind == "map" else ()

    def is_ours(self, call):
        """Whether a call was part of the work; the others are those of the runtime, and the message about a failure."""
        return any(str(path) in call for path in (self.input, self.out, self.report))

    def is_on_folder(self, call):
        """Whether a call was part of the sync of the output folder."""
        return f"{self.out}>" in call or f'{self.out}"' in call

    def comes_after_rename(self, call):
        """Whether the torrent may already be in place when this call fails."""
        return str(self.report) in call or self.is_on_folder(call)


@pytest.fixture(scope="module")
def scene(program, tmp_path_factory):
    """The scene, with the bytes that a run without a fault writes."""
    scene = Scene(program, tmp_path_factory.mktemp("faults"))
    result = scene.run(faults.Fault("rename", "EIO", MOST_CALLS))
    assert (result.code, result.failed_calls) == (0, []), result
    scene.clean = scene.left()
    assert list(scene.clean) == [scene.torrent.name]
    return scene


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("kind", CALLS)
def test_each_call_in_its_turn(kind, error, scene):
    hits = sum(sweep(scene, kind, call, error) for call in CALLS[kind])
    assert hits, f"no {kind} was made to fail"


def sweep(scene, kind, call, error):
    """Let the first such call fail, then the second, and so on; returns how many of them were part of the work."""
    hits = 0
    for nth in range(1, MOST_CALLS):
        result = scene.run(faults.Fault(call, error, nth, scene.paths(kind)))
        if not result.failed_calls:
            assert (result.code, scene.left()) == (0, scene.clean), "the run after the last fault is a clean one"
            return hits
        ours = [call for call in result.failed_calls if scene.is_ours(call)]
        hits += bool(ours)
        judge(scene, kind, error, result, ours)
    raise AssertionError(f"more than {MOST_CALLS} times {call}")


def judge(scene, kind, error, result, ours):
    """The run's exit code and what it left behind."""
    left = scene.left()
    if result.code == 0:
        assert left == scene.clean, result
    elif any(map(scene.comes_after_rename, ours)):
        assert left in ({}, scene.clean), result
    else:
        assert left == {}, result
    if ours:
        unreadable_folder = error == "EACCES" and all(map(scene.is_on_folder, ours))
        assert result.code in codes(kind, error, unreadable_folder), result
        speechless = any(call.startswith("write(2<") for call in result.failed_calls)
        assert result.code == 0 or speechless or "make-torrent: " in result.stderr, result


def codes(kind, error, unreadable_folder):
    """What a run may end with: 4, or 6 where the fault makes a file look changed; 0 where there is a right way on.

    That is to try again, to read what can't be mapped, and to leave alone a folder that may be written but not read.
    """
    rightly_survived = error == "EINTR" or kind == "map" or unreadable_folder
    return {0, 4, 6} if rightly_survived else {4, 6}
