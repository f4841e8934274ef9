"""Whatever fails or ends fetch: what is under its name is right, and the same command completes."""

import itertools
import random
import shlex
import shutil
import signal
import subprocess
import time

import pytest

import faults
import swarms
import trees

DONE, LOCAL, KILLED = 0, 4, -9
TREE = trees.tree("tree", {"large": 1_500_001, "folder/small": 40_000, "folder/other": 60_000, "folder/empty": 0})
PIECE = 32 * 1024
ON_THE_LINE = 2 * 16 * 1024  # what a seeder may have sent to somebody who has no time to read it
HEADERS = 1024  # what is said beside payload
MIB = 1 << 20
SLOW_WRITE = 300  # microseconds, for 32 KiB
# The calls that change the disk, and how many of each are tried at most.
CALLS = ["pwritev", "fdatasync", "fsync", "write", "renameat2", "renameat", "mkdirat", "openat2", "unlinkat"]
MOST = 10
ERRORS = [
    ("pwritev", "ENOSPC"),
    ("pwritev", "EIO"),
    ("pwritev", "EDQUOT"),
    ("pwritev", "EINTR"),
    ("fdatasync", "EIO"),
    ("fdatasync", "ENOSPC"),
    ("fsync", "EIO"),
    ("write", "ENOSPC"),
    ("renameat2", "EACCES"),
    ("renameat2", "ENOSYS"),
    ("mkdirat", "ENOSPC"),
    ("openat2", "EMFILE"),
    ("openat2", "ENOSYS"),
    ("openat2", "EACCES"),
    ("unlinkat", "EIO"),
    ("flock", "EIO"),
    ("fstatfs", "EIO"),
]
# Of these it may be unaware: it tries again, or another way.
SURVIVABLE = {("pwritev", "EINTR"), ("renameat2", "ENOSYS"), ("openat2", "ENOSYS")}


class Scene:
    """A torrent, a seeder of it, and a place to fetch it to."""

    def __init__(self, fetch, parent, kind, make):
        self.parent = parent
        self.data = parent / "data"
        self.root = TREE.plant(self.data)
        self.torrent = make("--protocol", kind, "-l", str(PIECE), self.root)
        self.seeder = swarms.Seeder().add(self.torrent, self.data)
        self.out = parent / "out"
        self.fetch = fetch
        self.command = self.command_for(self.torrent)
        self.gate = faults.build_gate(parent)
        self.report = parent / "stdout"

    def command_for(self, source):
        """How fetch is called."""
        options = ["--peer", self.seeder.peer, "-o", self.out, "--stall-timeout", "20", "--json"]
        return [self.fetch.program, source, *options]

    def fresh(self):
        """Begin with nothing."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()

    def run(self, call, error, nth):
        """One run with a fault. Only calls on what lies in the place are counted."""
        paths = () if call in ("pwritev", "fdatasync", "syncfs") else self.paths()
        return faults.run(self.command, faults.Fault(call, error, nth, paths), self.gate, self.report)

    def paths(self):
        """What fetch opens there; strace goes by the name of a descriptor or of an argument."""
        work = self.out / f".piecework-{self.key()}"
        inner = [work, work / "journal", work / "journal.new", *(work / str(n) for n in range(4))]
        named = [self.out, self.out / "tree", self.out / "tree/folder"]
        relative = [path.relative_to(self.out) for path in (*inner, *named[1:])]
        return tuple(map(str, (*named, *inner, *relative)))

    def key(self):
        """The info hash that names the work folder."""
        hashes = swarms.libtorrent.load_torrent_file(str(self.torrent)).ti.info_hashes()
        return str(hashes.v2)[:40] if hashes.has_v2() else str(hashes.v1)

    def judge_names(self):
        """What has its name is right."""
        for name in TREE.files:
            path = self.out / "tree" / name
            assert not path.exists() or path.read_bytes() == TREE.files[name], name

    def completes(self):
        """The same command, without a fault. Returns how many pieces it had."""
        outcome, events = self.fetch.json(*map(str, self.command[1:-1]))
        assert outcome.code == DONE, outcome
        assert swarms.tree_of(self.out) == swarms.tree_of(self.data)
        return next(event["pieces_had"] for event in events if event["event"] == "started")


@pytest.fixture(scope="module", params=["v1", "v2"])
def scene(request, fetch, program, tmp_path_factory):
    """The scene of a protocol."""
    parent = tmp_path_factory.mktemp("faults")

    def make(*arguments):
        torrent = parent / "x.torrent"
        subprocess.run([program, *map(str, arguments), "-o", torrent], check=True, capture_output=True)
        return torrent

    return Scene(fetch, parent, request.param, make)


@pytest.mark.parametrize("call", CALLS)
def test_killed_at_each_call_in_its_turn(call, scene):
    """Killed at the first such call, then at the second, until there are no more."""
    kills = 0
    for nth in range(1, MOST + 1):
        scene.fresh()
        result = scene.run(call, "SIGKILL", nth)
        assert result.code in (DONE, KILLED), result
        if result.code == DONE:
            break
        kills += 1
        reported = scene.report.read_text().count('"event":"piece"')
        scene.judge_names()
        # A piece that was told of was written; it does not come again.
        assert scene.completes() >= reported
    print(f"{call}: killed {kills} times")


def test_killed_at_random(scene):
    """Killed again and again at any time, until it is done."""
    rng = random.Random(1)
    slow = swarms.Seeder(rate=1_500_000).add(scene.torrent, scene.data)
    command = [slow.peer if argument == scene.seeder.peer else argument for argument in scene.command]
    kills = 0
    for _ in range(3):
        scene.fresh()
        for _ in itertools.count():
            had = run_for(command, rng.uniform(0.02, 0.4))
            scene.judge_names()
            if had is None:
                break
            kills += 1
        assert swarms.tree_of(scene.out) == swarms.tree_of(scene.data)
    print(f"killed {kills} times at random")
    assert kills >= 3


@pytest.mark.parametrize("connections", [1, 3])
def test_kills_cost_slow_lines_a_piece_or_two(connections, scene):
    """What comes is hashed and written at once. Judged by what the seeders gave twice, and what was on the line."""
    rng = random.Random(connections)
    seeders = [swarms.Seeder(rate=900_000 // connections).add(scene.torrent, scene.data) for _ in range(connections)]
    peers = [option for seeder in seeders for option in ("--peer", seeder.peer)]
    command = [*scene.command, *peers]
    del command[command.index(scene.seeder.peer) - 1 : command.index(scene.seeder.peer) + 1]
    scene.fresh()
    kills = 0
    while run_for(command, rng.uniform(0.2, 0.6)) is not None:
        kills += 1
    assert swarms.tree_of(scene.out) == swarms.tree_of(scene.data)
    twice = sum(seeder.uploaded() for seeder in seeders) - sum(map(len, TREE.files.values()))
    print(f"{kills} kills, {twice} bytes came twice")
    assert kills >= 3
    assert twice <= kills * connections * (2 * PIECE + ON_THE_LINE)


@pytest.mark.parametrize(("connections", "piece"), [(1, PIECE), (3, PIECE), (1, 16 * MIB)])
def test_a_kill_costs_what_a_connection_may_have(connections, piece, fetch, make, data, tmp_path):
    """However much comes: here it is more than the disk takes. What fetch has read and not written is lost."""
    file, out, gate = data / "file", tmp_path / "out", faults.build_gate(tmp_path)
    size = 128 * MIB
    with open(file, "wb") as opened:
        for block in range(size // PIECE):
            opened.write(block.to_bytes(4, "big") * (PIECE // 4))
    torrent = make.torrent("-l", str(piece), "--protocol", "v1", file)
    slow = faults.Fault("pwritev", str(SLOW_WRITE), "1+")
    rng, lost = random.Random(1), []
    seeders = [swarms.Seeder(threads=1).add(torrent, data) for _ in range(connections)]
    peers = [option for seeder in seeders for option in ("--peer", seeder.peer)]
    options = [torrent, *peers, "-o", out, "--stall-timeout", "20"]
    for _ in range(6):
        shutil.rmtree(out, ignore_errors=True)
        before, moment, taken = swarms.taken(seeders), rng.uniform(0.3, 0.7) * size, []

        def kill(program, before=before, moment=moment, taken=taken):
            while sum(seeder.uploaded() for seeder in seeders) < before + moment:
                assert program.poll() is None
                time.sleep(0.005)
            program.send_signal(signal.SIGSTOP)
            taken.append(swarms.taken(seeders) - before)
            program.kill()

        result = faults.run([fetch.program, *options, "-q"], slow, gate, tmp_path / "stdout", kill)
        assert result.code == KILLED, result
        outcome, events = fetch.json(*map(str, options))
        assert outcome.code == DONE, outcome
        had = next(event["pieces_had"] for event in events if event["event"] == "started")
        lost.append(taken[0] - piece * had)
    print(f"bytes lost: {lost}")
    assert max(lost) <= connections * (max(swarms.UNWRITTEN, 2 * piece) + HEADERS)


def test_a_link_goes_on_where_it_was_killed(scene, inspect):
    """In v2 its pieces have no hashes in the torrent; those that peers proved are in the journal."""
    command = scene.command_for(inspect.json(scene.torrent)["magnet"])
    for nth in range(2, 20, 4):
        scene.fresh()
        result = faults.run(command, faults.Fault("pwritev", "SIGKILL", nth), scene.gate, scene.report)
        assert result.code == KILLED, result
        reported = scene.report.read_text().count('"event":"piece"')
        outcome, events = scene.fetch.json(*map(str, command[1:-1]))
        assert outcome.code == DONE, outcome
        assert swarms.tree_of(scene.out) == swarms.tree_of(scene.data)
        assert next(event["pieces_had"] for event in events if event["event"] == "started") >= reported


def run_for(command, seconds):
    """Run, and kill it after some time unless it is done. Returns None if it is."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        process.communicate(timeout=seconds)
        assert process.returncode == DONE
        return None
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        return said.count(b'"event":"piece"')


@pytest.mark.parametrize(("call", "error"), ERRORS)
def test_each_call_fails_in_its_turn(call, error, scene):
    """The first such call fails, then the second: exit 4 with the place and the errno; then the same command completes."""
    failed = 0
    for nth in range(1, MOST + 1):
        scene.fresh()
        result = scene.run(call, error, nth)
        if not result.failed_calls:
            assert result.code == DONE, result
            break
        failed += 1
        scene.judge_names()
        if (call, error) in SURVIVABLE:
            assert result.code == DONE, result
        elif result.code != DONE:
            assert result.code == LOCAL and f"({error})" in result.stderr and "out" in result.stderr, result
        scene.completes()
    print(f"{call}, {error}: {failed} made to fail")


def test_a_file_system_without_exclusive_renames_and_links(scene):
    """As on FAT under old kernels, and on some in user space: files get their names all the same, and take nobody's."""
    links = faults.Fault("linkat", "EPERM", "1+")
    fault = faults.Fault("renameat2", "ENOSYS", "1+", scene.paths(), (links,))
    scene.fresh()
    result = faults.run(scene.command, fault, scene.gate, scene.report)
    assert result.code == DONE, result
    assert {call.split("(")[0] for call in result.failed_calls} == {"renameat2", "linkat"}
    assert swarms.tree_of(scene.out) == swarms.tree_of(scene.data)


def test_a_disk_that_fills_up(scene, make, tmp_path):
    """Two torrents, room for one and a half: a failure, which says so; the same command completes once there is room."""
    other = trees.tree("other", {"a": 1_500_000})
    torrent = make.torrent(other.plant(tmp_path / "data"))
    seeder = swarms.Seeder().add(torrent, tmp_path / "data")
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    peers = ["--peer", scene.seeder.peer, "--peer", seeder.peer]
    command = shlex.join(map(str, [scene.fetch.program, scene.torrent, torrent, *peers, "-o", disk, "--stall-timeout", 20]))
    script = f"{command} && exit 99; test $? = {LOCAL}; mount -o remount,size=8m tmpfs {disk}; {command}; cp -a {disk} {copy}"
    outcome = on_small_disk(disk, "2200k", script)
    assert outcome.returncode == DONE, outcome
    complaint = outcome.stderr.splitlines()
    assert any("no space left on device (ENOSPC)" in line or "are needed" in line for line in complaint), outcome
    assert swarms.tree_of(copy) == swarms.tree_of(scene.data) | swarms.tree_of(tmp_path / "data")


def test_too_little_room_is_told_before_anything_comes(scene, tmp_path):
    disk = tmp_path / "disk"
    command = shlex.join(map(str, [scene.fetch.program, scene.torrent, "--peer", scene.seeder.peer, "-o", disk]))
    outcome = on_small_disk(disk, "1m", f"{command} && exit 99; test $? = {LOCAL}; ls -A {disk}")
    assert (outcome.returncode, outcome.stdout) == (DONE, "") and "are needed" in outcome.stderr, outcome
    outcome = on_small_disk(disk, "1m", f"{command} --dry-run")
    assert outcome.returncode == LOCAL and outcome.stdout.endswith("it does not fit\n"), outcome


def on_small_disk(disk, size, script):
    """Run a shell script that ends at the first failure, with a file system of this size at `disk`."""
    disk.mkdir(exist_ok=True)
    mounted = f"mount -t tmpfs -o size={size} tmpfs {disk}; {script}"
    # Nobody need be root in a namespace of their own.
    command = ["unshare", "--map-root-user", "--mount", "sh", "-ec", mounted]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.soak
def test_killed_at_random_at_length(scene):
    """A thousand kills."""
    rng = random.Random(time.time_ns())
    slow = swarms.Seeder(rate=1_000_000).add(scene.torrent, scene.data)
    command = [slow.peer if argument == scene.seeder.peer else argument for argument in scene.command]
    kills = 0
    while kills < 1000:
        scene.fresh()
        while run_for(command, rng.uniform(0.01, 0.3)) is not None:
            kills += 1
        scene.judge_names()
        assert swarms.tree_of(scene.out) == swarms.tree_of(scene.data)
    print(f"killed {kills} times at random")
