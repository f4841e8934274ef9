"""Whatever happens while a feed is written, the old one or the new one is there, and whole."""

from dataclasses import dataclass

import pytest

import bep52
import faults
import trees

CALLS = ["openat", "write", "fsync", "rename", "renameat", "renameat2", "fchmod", "unlink", "close", "read"]
ERRORS = ["EIO", "ENOSPC", "EACCES"]
MOST_CALLS = 100
KILLED = -9


@dataclass(frozen=True)
class Kill(faults.Fault):
    """The program is killed as it makes the `nth` of these calls."""

    def arguments(self):
        return ["-e", f"trace=?{self.call}", "-e", f"inject=?{self.call}:signal=SIGKILL:when={self.nth}"]


class Scene:
    """A feed of one torrent that is to become one of two."""

    def __init__(self, program, parent):
        self.folder = parent / "out"
        self.folder.mkdir()
        self.feed = self.folder / "feed.xml"
        self.report = parent / "stdout"
        self.gate = faults.build_gate(parent)
        self.torrents = [self.torrent(parent, at) for at in range(2)]
        options = ["--title", "T", "--link", "http://x/", "--base-url", "http://x/", "--date", "1795323600"]
        self.command = [program, *options, "--update", self.feed]
        self.old, self.new = b"", b""

    def torrent(self, parent, at):
        """A torrent of its own."""
        root = trees.tree(f"tree {at}", {"file": 20_000}).plant(parent)
        path = parent / f"{at}.torrent"
        path.write_bytes(bep52.create(root, 16 * 1024).data)
        return path

    def run(self, fault):
        """Bring the second torrent into a feed that has the first."""
        for leftover in self.folder.iterdir():
            leftover.unlink()
        self.feed.write_bytes(self.old)
        return faults.run([*self.command, *self.torrents], fault, self.gate, self.report)


@pytest.fixture(scope="module")
def scene(programs, tmp_path_factory, make_feed):
    """The scene, with the feeds before and after."""
    scene = Scene(programs / "make-feed", tmp_path_factory.mktemp("feed"))
    for torrents in (scene.torrents[:1], scene.torrents):
        outcome = make_feed(*scene.command[1:], *torrents)
        assert outcome.code == 0, outcome
        scene.old, scene.new = scene.new, scene.feed.read_bytes()
    assert scene.old != scene.new
    return scene


@pytest.mark.parametrize("call", CALLS)
def test_killed_at_each_call(call, scene):
    killed = 0
    for nth in range(1, MOST_CALLS):
        result = scene.run(Kill(call, "", nth))
        assert scene.feed.read_bytes() in (scene.old, scene.new)
        assert result.code in (0, KILLED), result
        if result.code == 0:
            break
        killed += 1
    assert result.code == 0 and scene.feed.read_bytes() == scene.new
    assert killed or call in ("rename", "renameat", "renameat2", "fchmod", "unlink"), f"no {call} was made"


def test_killed_at_the_rename(scene):
    moments = [scene.run(Kill(call, "", 1)).code for call in ("rename", "renameat", "renameat2")]
    assert KILLED in moments


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", ["write", "fsync", "rename", "renameat", "renameat2", "openat"])
def test_each_call_fails_in_its_turn(call, error, scene):
    for nth in range(1, MOST_CALLS):
        result = scene.run(faults.Fault(call, error, nth))
        left = {file.name: file.read_bytes() for file in scene.folder.iterdir()}
        assert left in ({"feed.xml": scene.old}, {"feed.xml": scene.new}), result
        assert result.code in (0, 2, 3, 4), result
        if not result.failed_calls:
            break
    assert left == {"feed.xml": scene.new}
