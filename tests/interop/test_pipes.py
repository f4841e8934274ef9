"""The pipes that README shows do what they are shown for."""

import os
import re
import subprocess

import pytest

import bep52
import trees
from conftest import REPOSITORY

TOOL_TO_TOOL = "make-torrent -o - dir | inspect-torrent --json - | jq .info_hash_v1"
MANY_TORRENTS = "inspect-torrent --print info-hash *.torrent"
VERIFY = "verify-data x.torrent"
VERIFY_JSON = """verify-data x.torrent --json | jq -r 'select(.state == "damaged") | .path'"""
REMOVE_BAD = "verify-data x.torrent --list bad --null | (cd x && xargs -0 -r rm --)"


@pytest.fixture
def shell(programs, tmp_path):
    """Runs a command line of README in an empty folder, with the programs on the path."""

    def shell(line):
        assert line in shown_in_readme()
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        command = ["bash", "-eu", "-c", line]
        return subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)

    return shell


def shown_in_readme():
    """The command lines in README's blocks of shell, without the comments behind them."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]


def test_from_tool_to_tool(shell, tmp_path):
    root = trees.tree("dir", {"a": 70_000, "b/c": 5}).plant(tmp_path)
    expected = bep52.create(root, 16 * 1024).v1
    assert shell(TOOL_TO_TOOL).stdout == f'"{expected}"\n'


def test_hashes_of_many_torrents(shell, tmp_path):
    protocols = ["hybrid", "v1", "v2"]
    written = []
    for protocol in protocols:
        root = trees.tree(f"{protocol} tree", {"a": 70_000}).plant(tmp_path)
        written.append(bep52.create(root, 16 * 1024, protocol))
        (tmp_path / f"{protocol}.torrent").write_bytes(written[-1].data)
    hybrid, v1, v2 = written
    assert shell(MANY_TORRENTS).stdout.split() == [hybrid.v1, v1.v1, v2.v2]


def test_verifying_in_scripts(shell, tmp_path):
    root = trees.tree("x", {"a": 70_000, "b c": 5, "d": 20_000}).plant(tmp_path)
    (tmp_path / "x.torrent").write_bytes(bep52.create(root, 16 * 1024, "hybrid").data)
    assert shell(VERIFY).returncode == 0
    (root / "b c").write_bytes(b"wrong")
    (root / "d").write_bytes(b"short")
    assert shell(VERIFY).returncode == 1
    assert shell(VERIFY_JSON).stdout == "b c\n"
    assert shell(REMOVE_BAD).returncode == 0
    assert sorted(path.name for path in root.iterdir()) == ["a"]
