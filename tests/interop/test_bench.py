"""The published benchmark runs, and all that it measures is right. How fast anything was is no matter here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY


def test_the_benchmark_runs_and_everyone_is_right(programs, tmp_path):
    results, picture = tmp_path / "results.md", tmp_path / "results.svg"
    where = ["--data", tmp_path / "data", "--bin", programs, "--output", results, "--plot", picture]
    what = ["--quick", "--cases", "v1-*", "--rounds", "1", "--python", sys.executable]
    what += ["--without", "libtorrent (C++)"]  # which takes longer to compile than all this to run
    done = subprocess.run([REPOSITORY / "bench/run", *where, *what], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    cases = json.loads(results.with_suffix(".json").read_text())["cases"]
    assert {"v1-256k", "v1-1m", "v1-16m", "v1-backends", "v1-io", "v1-small-pages"} <= cases.keys()
    rows = {(name, row["label"]): row for name, case in cases.items() for row in case["rows"]}
    wrong = {row: what["failure"] or what["verdict"] for row, what in rows.items()}
    assert {row: what for row, what in wrong.items() if what not in ("same info hash", "same hashes")} == {}
    assert {("v1-1m", "make-torrent"), ("v1-1m", "mktorrent"), ("v1-1m", "sha1, rayon, mmap")} <= rows.keys()
    assert all(row["seconds"] and row["peak"] for row in rows.values())
    assert "| mktorrent" in done.stdout and "| mktorrent" in results.read_text()
    assert picture.read_text().startswith("<svg")


def test_sessions_of_idle_torrents_are_measured(programs, tmp_path):
    little = ["--counts", "1", "30", "--settle", "1", "--idle", "1", "--size", "0.0625", "--rounds", "1"]
    where = ["--program", programs / "bench-idle", "--data", tmp_path, "--to", tmp_path, "--python", sys.executable]
    done = subprocess.run([REPOSITORY / "bench/session", *little, *where], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = [row.split("|") for row in done.stdout.splitlines() if row.startswith("| ")]
    names = [(row[1].strip(), row[2].strip()) for row in rows]
    assert {("ours", "1"), ("libtorrent", "1"), ("ours", "30"), ("libtorrent", "30")} <= set(names)
    assert {name for name, _ in names} >= {"alone", "beside 30"}


@pytest.mark.parametrize("delay", [0, pytest.param(20, marks=pytest.mark.skipif(not Path("/dev/net/tun").exists(), reason="no TUN"))])
def test_a_crowd_of_libtorrent_costs_the_only_seed_one_copy(programs, tmp_path, delay):
    """Each peer in a network of its own, all as slow as each other: only what leaves the seed's network counts."""
    kept, picture = tmp_path / "kept", tmp_path / "picture.svg"
    crowd = ["--leechers", "libtorrent", "--count", "6", "--size", "4", "--piece-length", "64KiB", "--delay", str(delay)]
    where = ["--bin", programs, "--python", sys.executable, "--to", tmp_path, "--keep", kept, "--picture", picture]
    done = subprocess.run([REPOSITORY / "bench/bill", *crowd, *where], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    result = json.loads(kept.read_text())
    assert result["done"] == 6 and 0.98 <= result["copies"] <= 1.1, result
    assert "| libtorrent | seed" in done.stdout and picture.read_text().startswith("<svg")


def test_a_pass_over_feeds_is_measured_and_all_of_it_counted(programs, tmp_path):
    """20 feeds of 5 items, three of which are dead: one does not even hear that it is asked. Half of the living say whether they have changed."""
    where = ["--follow-feed", programs / "follow-feed", "--launcher", programs / "bench-baseline", "--output", tmp_path / "x.md"]
    without = ["--flexget", "", "--newsboat", ""]
    done = subprocess.run([REPOSITORY / "bench/follow", "--quick", *where, *without], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout in (tmp_path / "x.md").read_text()
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in done.stdout.splitlines() if row.startswith("| ")]
    # Feeds that were asked, 304s, torrents, new items.
    assert [(name, turn, " ".join(figures[-4:])) for name, turn, *figures in rows if turn != "pass"] == [
        ("follow-feed", "first", "19 0 0 85"),
        ("follow-feed", "unchanged", "19 10 0 0"),
        ("follow-feed --save", "first", "19 0 85 85"),
        ("follow-feed --save", "unchanged", "19 10 0 0"),
        ("2", "first", "2 0 0 60"),
        ("2", "unchanged", "2 1 0 0"),
        ("20", "first", "20 0 0 600"),
        ("20", "unchanged", "20 10 0 0"),
        ("with validators", "first", "1 0 0 999"),
        ("with validators", "unchanged", "1 1 0 0"),
        ("with validators", "one new", "1 0 0 1"),
        ("without", "first", "1 0 0 999"),
        ("without", "unchanged", "1 0 0 0"),
        ("without", "one new", "1 0 0 1"),
    ]
