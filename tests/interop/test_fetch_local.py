"""What only some file systems and systems do: storage that cannot be written to, mounts inside the output folder, no threads."""

import os
import shlex
import shutil
import subprocess

import pytest

import swarms
import trees

DONE, LOCAL, NETWORK = 0, 4, 5
TREE = trees.tree("tree", {"large": 300_000, "folder/small": 40_000})

# Each is done to a folder that holds all of it.
UNWRITABLE = {
    "a read-only mount": "mount --bind {out} {out}; mount -o remount,ro,bind {out}",
    "no inode left": "mount -t tmpfs -o nr_inodes=5 tmpfs {out}; cp -r {data}/tree {out}",
    "no room left": "mount -t tmpfs -o size=352k tmpfs {out}; cp -r {data}/tree {out}",
    "a folder that takes nothing": "mount -t tmpfs -o mode=555 tmpfs {out}; cp -r {data}/tree {out}; mount -o remount,ro tmpfs {out}",
}
# Each is done to an empty folder, and keeps a file from its name.
OBSTACLES = {
    "another file system": ("mount -t tmpfs tmpfs {out}/tree/folder", "tree/folder: cannot move files into"),
    "a bind mount": ("mount --bind {data} {out}/tree/folder", "tree/folder: cannot move files into"),
    "a read-only folder": (
        "mount --bind {data} {out}/tree/folder; mount -o remount,ro,bind {out}/tree/folder",
        "tree/folder: cannot make files in: read-only file system",
    ),
}


@pytest.fixture
def torrent(make, data):
    """The torrent of a tree that lies in `data`."""
    return make.torrent(TREE.plant(data))


def after(setup, command, **places):
    """Run a command after some mounts, in a namespace in which everybody is root."""
    setup = setup.format(**places)
    script = f"{setup}; exec {shlex.join(map(str, command))}"
    arguments = ["unshare", "--map-root-user", "--mount", "sh", "-ec", script]
    return subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("setup", UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_what_is_complete_needs_no_writing(setup, fetch, torrent, data, tmp_path):
    out = tmp_path / "out"
    TREE.plant(out)
    for more in [], ["--seed-time", 1], ["--force"]:
        outcome = after(setup, [fetch.program, torrent, "-o", out, *more], out=out, data=data)
        assert (outcome.returncode, outcome.stdout) == (DONE, f"{out}/tree\n"), outcome


@pytest.mark.parametrize(("setup", "said"), OBSTACLES.values(), ids=OBSTACLES.keys())
@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["fetch", "dry run"])
def test_what_keeps_a_file_from_its_name_is_told_first(setup, said, more, fetch, torrent, data, tmp_path):
    out = tmp_path / "out"
    (out / "tree/folder").mkdir(parents=True)
    outcome = after(setup, [fetch.program, torrent, "-o", out, *more], out=out, data=data)
    assert outcome.returncode == LOCAL and said in outcome.stderr and "hint: " in outcome.stderr, outcome
    assert swarms.tree_of(out) == {"tree": None, "tree/folder": None}


def test_a_file_that_may_not_be_read_is_not_called_different(fetch, torrent, tmp_path):
    out = tmp_path / "out"
    large = TREE.plant(out) / "large"
    large.chmod(0)
    command = [fetch.program, torrent, "-o", out, "--dry-run"]
    if os.geteuid() == 0:  # Root may read it.
        for folder in (out, *out.parents[:3]):
            folder.chmod(0o755)
        torrent.chmod(0o644)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    outcome = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == LOCAL and f"{large}: cannot read: permission denied" in outcome.stderr, outcome


@pytest.mark.parametrize("processes", [1, 6, 8, 12, 20])
def test_without_threads_it_does_with_fewer_or_fails_in_words(processes, fetch, torrent, data, tmp_path):
    """Trackers by name, peers by name and a web seed: everything that threads are made for."""
    out = tmp_path / "out"
    out.mkdir()
    command = [fetch.program, torrent, "-o", out, "--stall-timeout", 4, "--tracker", "http://localhost:9/a"]
    command += ["--web-seed", "http://localhost:9/", "--peer"]
    with swarms.seeding(torrent, data) as seeder:
        limited = ["prlimit", f"--nproc={processes}", *command, seeder.peer.replace("127.0.0.1", "localhost")]
        if os.geteuid() == 0:  # Root has no such limit.
            for folder in (out, *out.parents[:3]):
                folder.chmod(0o755)
            out.chmod(0o777)
            torrent.chmod(0o644)
            # What was built may be beneath a home that others may not enter.
            limited[2] = shutil.copy(fetch.program, tmp_path / "fetch")
            limited = ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups", *limited]
        outcome = subprocess.run(list(map(str, limited)), check=False, capture_output=True, text=True, timeout=60)
    assert outcome.returncode in (DONE, LOCAL, NETWORK) and "panicked" not in outcome.stderr, outcome
    if processes == 1:
        said = f"fetch: {torrent}: no thread can be started: resource temporarily unavailable (EAGAIN)\nhint: `ulimit -u`"
        assert outcome.returncode == LOCAL and outcome.stderr.startswith(said), outcome
