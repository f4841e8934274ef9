"""Time grows with the number of files in a torrent, and no faster. Prints the figures, and those of others beside them.

Whoever else reads torrents is measured where they are found: transmission-show always, imdl if it is on the path.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = Path(__file__).with_name("measure.py")
MIB = 1 << 20
FEW, MANY = 200_000, 2_000_000
# Ten times the files; the rest is room for a machine that is busy.
MOST_TIMES_SLOWER = MANY / FEW * 1.6
PIECE_LENGTH = 16 * 1024
FILES_PER_FOLDER = 1_000

OTHERS = {
    "transmission-show": ["transmission-show"],
    "imdl": ["imdl", "torrent", "show", "--json", "--input"],
}

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def torrents(tmp_path_factory):
    """The torrents by their number of files, 42 bytes a file."""
    folder = tmp_path_factory.mktemp("scale")
    torrents = {count: folder / f"{count}.torrent" for count in (1, FEW, MANY)}
    for count, path in torrents.items():
        with open(path, "wb") as file:
            file.writelines(bencoded(count))
    return torrents


def bencoded(count):
    """A v1 torrent of so many files of one byte, in parts."""
    yield b"d4:infod5:filesl"
    for number in range(count):
        yield b"d6:lengthi1e4:pathl4:%04d12:%08d.binee" % (number // FILES_PER_FOLDER, number)
    yield b"e4:name4:many12:piece lengthi%de" % PIECE_LENGTH
    pieces = -(-count // PIECE_LENGTH)
    yield b"6:pieces%d:%b" % (20 * pieces, b"".join(b"%020d" % piece for piece in range(pieces)))
    yield b"ee"


@pytest.mark.parametrize("option", ["--json", "--check"])
def test_time_is_linear(option, torrents, inspect):
    command = [inspect.program, option]
    seconds = {count: least(f"inspect-torrent {option}", command, count, torrents) for count in torrents}
    print(f"{seconds[MANY] / seconds[FEW]:.2f} times as long")
    assert seconds[MANY] < MOST_TIMES_SLOWER * seconds[FEW]


@pytest.mark.parametrize("other", OTHERS)
def test_others(other, torrents):
    program = shutil.which(other)
    if program is None:
        pytest.skip(f"{other} is not installed: its figures are for comparison only")
    for count in torrents:
        least(other, [program, *OTHERS[other][1:]], count, torrents)


def least(label, command, count, torrents):
    """The least processor time of a few runs, all of whose figures are printed."""
    return min(measure(label, [*command, torrents[count]], count)["processor"] for _ in range(3))


def measure(label, command, count):
    """Time and memory of one run."""
    measured = json.loads(subprocess.check_output([sys.executable, "-S", "-E", MEASURE, *map(str, command)]))
    seconds = f"{measured['seconds']:.3f} s ({measured['processor']:.3f} s of processor)"
    a_file = f", {measured['peak'] // count} B a file" if count > 1 else ""
    print(f"\n{label}, {count:,} files: {seconds}, peak {measured['peak'] / MIB:.1f} MiB{a_file}")
    assert measured["code"] == 0
    return measured
