"""Time grows with the input and memory with the number of files, not with their size. Prints the figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = Path(__file__).with_name("measure.py")
MIB = 1 << 20
PROTOCOLS = ["v1", "v2", "hybrid"]
FILES_PER_FOLDER = 1_000
BYTES_A_FILE = 400
FIXED_BYTES = 64 * MIB
# A million files take four times as long as a quarter of them; the rest is room for a machine that is busy.
MOST_TIMES_SLOWER = 4 * 1.6

pytestmark = pytest.mark.soak


@pytest.fixture
def run(program, tmp_path):
    """Measures one run of make-torrent on an input."""

    def run(label, *arguments):
        command = [program, *arguments, "-o", tmp_path / f"{label}.torrent", "-q"]
        measured = json.loads(subprocess.check_output([sys.executable, "-S", "-E", MEASURE, *map(str, command)]))
        seconds = f"{measured['seconds']:.2f} s ({measured['processor']:.2f} s of processor)"
        print(f"\n{label}: {seconds}, peak {measured['peak'] / MIB:.1f} MiB")
        assert measured["code"] == 0
        return measured

    return run


def test_a_million_small_files(run, tmp_path):
    root = tmp_path / "many"
    plant(root, 0, 250_000)
    quarter = least_processor_time(run, "250,000 files", root)
    plant(root, 250_000, 1_000_000)
    whole = least_processor_time(run, "1,000,000 files", root)
    print(f"{whole / quarter:.2f} times as long")
    assert whole < MOST_TIMES_SLOWER * quarter
    for protocol in PROTOCOLS:
        peak = run(f"1,000,000 files, {protocol}", root, "--protocol", protocol)["peak"]
        a_file = (peak - FIXED_BYTES) // 1_000_000
        print(f"{FIXED_BYTES // MIB} MiB and {a_file} B a file")
        assert a_file < BYTES_A_FILE


def least_processor_time(run, label, root):
    """Of a few runs, and of the processor: how long the disk takes to find a file says nothing about the program."""
    return min(run(f"{label}, run {i}", root)["processor"] for i in range(3))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_hundred_gibibytes(protocol, run, tmp_path):
    file = tmp_path / "sparse.bin"
    file.touch()
    os.truncate(file, 100 << 30)
    assert run(f"100 GiB, {protocol}", file, "--protocol", protocol)["peak"] < 128 * MIB


def plant(root, first, end):
    """Small files. Each folder's are links to one, so that we time the program and not a disk that finds a million."""
    for number in range(first, end):
        folder = root / str(number // FILES_PER_FOLDER)
        if number % FILES_PER_FOLDER == 0:
            folder.mkdir(parents=True)
            original = folder / str(number)
            original.write_text(str(number))
        else:
            os.link(original, folder / str(number))
