"""Whatever a torrent says, and whatever links lie in the data or come there meanwhile, nothing outside is touched."""

import ctypes
import os
import threading
import time
from hashlib import sha1

import pytest

import bep52
import corpora
import trees
import watch

CONTENT = trees.content(30_000, "secret")
WRONG_CONTENT = trees.content(30_000, "no secret")
PIECE_LENGTH = 32 * 1024
OUTSIDE = "canary"
NO_OPENAT2 = ["-e", "inject=?openat2:error=ENOSYS"]
SWAPS, ROUNDS, MOST_SECONDS = 10_000, 100, 20

# Ways from the torrent's folder to the canary's file, and to nowhere. ABSOLUTE stands for the canary's path.
ABSOLUTE = b"ABSOLUTE"
UNSAFE_PATHS = {
    "parents": [b"..", b"..", b"canary", b"secret"],
    "by a folder": [b"sub", b"..", b"..", b"..", b"canary", b"secret"],
    "dots": [b".", b"..", b".", b"..", b"canary", b"secret"],
    "slashes": [b"../../canary/secret"],
    "slashes after a folder": [b"sub", b"../../../canary/secret"],
    "slash first": [b"/../../canary/secret"],
    "slash last": [b"../", b"../", b"canary/", b"secret"],
    "absolute": [ABSOLUTE],
    "absolute after a folder": [b"sub", ABSOLUTE],
    "absolute twice": [b"/" + ABSOLUTE],
    "absolute by process": [b"/proc/self/root" + ABSOLUTE],
    "parents before absolute": [b"..", ABSOLUTE],
    "root": [b"/"],
    "parent": [b".."],
    "dot": [b"."],
    "nul after parent": [b"..\0", b"..\0", b"canary", b"secret"],
    "nul after slashes": [b"../../canary/secret\0.txt"],
    "nul": [b"a\0b"],
    "empty": [b""],
    "empty first": [b"", b"..", b"..", b"canary", b"secret"],
    "empty last": [b"a", b""],
    "too long": [b"x" * 256],
}
UNSAFE_NAMES = {
    "parent": (b"..", [b"canary", b"secret"]),
    "parent and slash": (b"../canary", [b"secret"]),
    "file by parent": (b"../canary/secret", None),
    "absolute": (ABSOLUTE, None),
    "folder by absolute": (ABSOLUTE, [b"secret"]),
    "dot": (b".", [b"a"]),
    "dot for a file": (b".", None),
    "parent for a file": (b"..", None),
    "slash": (b"a/b", [b"c"]),
    "nul": (b"../canary\0", [b"secret"]),
    "empty": (b"", [b"..", b"canary", b"secret"]),
}
# These look like it, but are names like any others.
SAFE_PATHS = {
    "three dots": [b"...", b"...", b"secret"],
    "dots and space": [b".. ", b" ..", b"secret"],
    "backslashes": [b"..\\..\\secret"],
    "drive": [b"C:\\secret"],
    "long slash": [b"..\xc0\xaf..\xc0\xafsecret"],
    "escaped": [b"%2e%2e%2f%2e%2e%2fsecret"],
    "wide dots": ["．．／secret".encode()],
    "line": [b"..\n", b"secret"],
    "home": [b"~", b"$HOME"],
    "longest": [b"x" * 255],
}
PLANTS = {
    "file": ("secret", "../../canary/secret"),
    "file, absolute": ("secret", "ABSOLUTE"),
    "file, by process": ("secret", "/proc/self/rootABSOLUTE"),
    "file, by folder": ("secret", "sub/../../../canary/secret"),
    "file, out and in again": ("secret", "../../data/tree/sub/real"),
    "file, itself": ("secret", "secret"),
    "folder": ("sub", "../../canary/sub"),
    "folder, absolute": ("sub", "FOLDER/sub"),
    "folder, nobody's": ("unknown", "../../canary"),
    "folder, in nobody's": ("sub/unknown", "../../../canary"),
    "all": ("", "../canary"),
    "all, absolute": ("", "FOLDER"),
}
LOOKS = [["--json"], ["--extra"], ["--list", "extra"], ["--quick"], ["--magnet-missing"], ["--sample", "50%"]]


@pytest.fixture
def canary(tmp_path):
    """Outside: what everybody should find, if only they looked there."""
    return watch.Canary(tmp_path / OUTSIDE, {"secret": CONTENT, "sub/secret": CONTENT})


@pytest.fixture
def held(data, tmp_path, canary, verify):
    """Runs verify-data on a torrent and `data` and holds it to its place: nothing else than a harmless run touches."""

    def touched(torrent, look, *options):
        file = tmp_path / "judged.torrent"
        file.write_bytes(torrent)
        done, calls = watch.calls_of([verify.program, *look, file, data], *options)
        return done, calls, {path for path in watch.places(calls) if not f"{path}/".startswith(f"{data}/")}

    harmless = touched(torrent_of([[b"nothing"]]), ["--json"])[2]

    def run(torrent, look=("--json",), options=()):
        done, calls, places = touched(torrent, look, *options)
        assert places <= harmless
        assert canary.calls_on(calls) == []
        assert canary.is_untouched()
        return done

    return run


def torrent_of(paths, name=b"tree", **entry):
    """A v1 torrent of files that all have the canary's content."""
    other_keys = {key.encode(): value for key, value in entry.items()}
    files = [{b"length": len(CONTENT), b"path": path, **other_keys} for path in paths]
    pieces = bep52.pieces(CONTENT * len(paths), PIECE_LENGTH)
    return bep52.encode({b"info": {b"name": name, b"piece length": PIECE_LENGTH, b"files": files, b"pieces": pieces}})


def single_file_torrent(name):
    """The same of a single file."""
    info = {b"name": name, b"piece length": PIECE_LENGTH, b"length": len(CONTENT), b"pieces": sha1(CONTENT).digest()}
    return bep52.encode({b"info": info})


def v2_torrent(path, name=b"tree"):
    """The same as BEP 52 has it."""
    node = {b"": {b"length": len(CONTENT), b"pieces root": bep52.merkle_layers(CONTENT)[-1][0]}}
    for component in reversed(path):
        node = {component: node}
    info = {b"name": name, b"piece length": PIECE_LENGTH, b"meta version": 2, b"file tree": node}
    return bep52.encode({b"info": info, b"piece layers": {}})


def spelled(spelling, canary):
    """The unsafe path, with the canary's own in it."""
    return [part.replace(ABSOLUTE, bytes(canary.folder / "secret")) for part in UNSAFE_PATHS[spelling]]


FORMS = {
    "only": lambda path: torrent_of([path]),
    "second": lambda path: torrent_of([[b"first"], path]),
    "utf-8 key": lambda path: torrent_of([[b"first"]], **{"path.utf-8": path}),
}


def refused(done):
    """Whether the torrent was called unacceptable, and nothing said of its data."""
    return (done.returncode, done.stdout) == (3, b"") and b"judged.torrent: " in done.stderr


@pytest.mark.parametrize("row", corpora.torrents("unsafe-names"), ids=corpora.by_id)
def test_torrents_of_others(row, held):
    assert refused(held(row["path"].read_bytes()))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("spelling", UNSAFE_PATHS)
def test_unsafe_paths(spelling, form, held, canary):
    path = spelled(spelling, canary)
    assert refused(held(FORMS[form](path)))


@pytest.mark.parametrize("spelling", [key for key, path in UNSAFE_PATHS.items() if b"" not in path])
def test_unsafe_paths_of_v2(spelling, held, canary):
    """But for empty names, which BEP 52 can't express: an empty key marks a file."""
    path = spelled(spelling, canary)
    assert refused(held(v2_torrent(path)))


@pytest.mark.parametrize("spelling", [key for key, path in UNSAFE_PATHS.items() if b"secret" in b"/".join(path)])
def test_stored_links_that_lead_out(spelling, held, canary):
    path = spelled(spelling, canary)
    assert refused(held(torrent_of([[b"secret"]], **{"attr": b"l", "length": 0, "symlink path": path})))


@pytest.mark.parametrize("spelling", UNSAFE_NAMES)
def test_unsafe_names(spelling, held, canary):
    name, path = UNSAFE_NAMES[spelling]
    name = name.replace(ABSOLUTE, bytes(canary.folder if path else canary.folder / "secret"))
    assert refused(held(torrent_of([path], name) if path else single_file_torrent(name)))
    if b"" not in (path or []):
        assert refused(held(v2_torrent(path or [name], name)))


@pytest.mark.parametrize("spelling", SAFE_PATHS)
def test_names_that_only_look_unsafe(spelling, held, data):
    path = SAFE_PATHS[spelling]
    assert held(torrent_of([path])).returncode == 1
    file = os.path.join(bytes(data), b"tree", *path)
    os.makedirs(os.path.dirname(file))
    with open(file, "wb") as opened:
        opened.write(CONTENT)
    assert [held(torrent).returncode for torrent in (torrent_of([path]), v2_torrent(path))] == [0, 0]


@pytest.mark.parametrize("kernel", [[], NO_OPENAT2], ids=["", "without openat2"])
@pytest.mark.parametrize("plant", PLANTS)
def test_planted_links(plant, kernel, held, data, canary):
    """The canary's folder has all the torrent wants, so any way there would be proven whole."""
    place, target = PLANTS[plant]
    target = target.replace("ABSOLUTE", str(canary.folder / "secret")).replace("FOLDER", str(canary.folder))
    link = data / "tree" / place
    if place:
        (data / "tree/sub").mkdir(parents=True)
        (data / "tree/sub/real").write_bytes(CONTENT)
    if place == "sub":
        (data / "tree/sub").rename(data / "tree/spare")
    link.symlink_to(target)
    for look in LOOKS:
        done = held(torrent_of([[b"secret"], [b"sub", b"secret"]]), look, kernel)
        assert (done.returncode, b'"ok"' in done.stdout) == (1, False), done
        assert b"tree/spare" not in done.stdout


def test_the_canary_would_tell(data, tmp_path, canary, verify):
    """The judges above can say no: here of a run that is sent to the canary."""
    file = tmp_path / "judged.torrent"
    file.write_bytes(torrent_of([[b"secret"], [b"sub", b"secret"]], OUTSIDE.encode()))
    done, calls = watch.calls_of([verify.program, "--quick", file, tmp_path])
    assert str(canary.folder / "secret") in watch.places(calls)
    assert canary.is_untouched()
    assert len(canary.calls_on(calls)) >= 4
    done, calls = watch.calls_of([verify.program, file, tmp_path])
    assert done.returncode == 0 and len(canary.calls_on(calls)) >= 8
    notes_times_of_access = not os.statvfs(tmp_path).f_flag & os.ST_NOATIME
    assert canary.is_untouched() != notes_times_of_access


class Swapper(threading.Thread):
    """Exchanges two names, again and again, until told to stop."""

    EXCHANGE = 2
    AT_CURRENT_FOLDER = -100

    def __init__(self, one, other):
        super().__init__(daemon=True)
        self.names = bytes(one), bytes(other)
        self.count = 0
        self.is_done = False
        self.libc = ctypes.CDLL(None, use_errno=True)

    def run(self):
        one, other = self.names
        here = self.AT_CURRENT_FOLDER
        while not self.is_done:
            assert self.libc.renameat2(here, one, here, other, self.EXCHANGE) == 0, os.strerror(ctypes.get_errno())
            self.count += 1
            time.sleep(0.0001)


@pytest.mark.parametrize("swapped", ["secret", "sub"])
def test_links_swapped_for_what_is_there(swapped, data, tmp_path, canary, verify):
    """A file or a folder, and a link to its like outside, change places while the program runs, over and over."""
    (data / "tree/sub").mkdir(parents=True)
    for name in ("secret", "sub/secret"):
        (data / "tree" / name).write_bytes(WRONG_CONTENT)
    (data / "tree/spare").symlink_to(f"../../{OUTSIDE}/{swapped}")
    torrent = tmp_path / "judged.torrent"
    torrent.write_bytes(torrent_of([[b"secret"], [b"sub", b"secret"]]))
    swapper = Swapper(data / "tree" / swapped, data / "tree/spare")
    began, seen, rounds = time.monotonic(), set(), 0
    swapper.start()
    while swapper.count < SWAPS or rounds < ROUNDS:
        assert time.monotonic() - began < MOST_SECONDS, f"{swapper.count} swaps and {rounds} rounds are all"
        said = verify.json("--extra", torrent, data)
        assert (said.code in (1, 6), said.summary["proven"]) == (True, 0), said
        seen |= {file["state"] for file in said.files}
        rounds += 1
    swapper.is_done = True
    swapper.join()
    print(f"{swapper.count} swaps in {rounds} runs, which saw {sorted(seen)}")
    assert {"damaged", "wrong-type"} <= seen and "ok" not in seen
    assert canary.is_untouched()
