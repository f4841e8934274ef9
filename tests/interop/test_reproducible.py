"""The same content and options give the same bytes, however the content comes and however many threads hash it."""

import random

import pytest

import bep52
import trees

PROTOCOLS = ["v1", "v2", "hybrid"]
TREE = trees.tree("reproducible", {"a/b": 900_000, "a.txt": 40_000, "a/empty": 0, "c/d/e": 3_000_000, "f": 1})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_any_number_of_threads(protocol, data, make):
    root = TREE.plant(data)
    torrents = [make.bytes(root, "--protocol", protocol, "--threads", count) for count in (1, 2, 7)]
    assert torrents == [torrents[0]] * 3


@pytest.mark.parametrize("tree", [TREE, trees.MANY_FILES], ids=lambda tree: tree.name)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_any_order_of_creation(tree, protocol, tmp_path, make):
    first = list(tree.files)
    orders = [first, first[::-1], random.Random(7).sample(first, len(first))]
    roots = [tree.plant(tmp_path / f"planted-{i}", order) for i, order in enumerate(orders)]
    torrents = {make.bytes(root, "--protocol", protocol) for root in roots}
    assert len(torrents) == 1


@pytest.mark.parametrize("size", [1, 16_384, 100_000, 5_000_001])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_standard_input_is_like_a_file(protocol, size, data, make):
    content = trees.content(size)
    file = data / "named.bin"
    file.write_bytes(content)
    options = ["--protocol", protocol, "-l", "32KiB"]
    piped = make.bytes("-", "--name", "named.bin", *options, stdin=content)
    assert piped == make.bytes(file, *options)


def test_a_trailing_slash_and_a_dot_change_nothing(data, make):
    root = TREE.plant(data)
    expected = make.bytes(root)
    assert make.bytes(f"{root}/") == expected
    assert make.bytes(f"{root}/.") == expected


def test_nothing_tells_the_day_or_the_program(data, make):
    torrent, _ = bep52.decode(make.bytes(TREE.plant(data)), 0)
    assert torrent.keys() == {b"info"}
    assert torrent[b"info"].keys() == {b"files", b"name", b"piece length", b"pieces"}
