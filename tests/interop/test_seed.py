"""seed as other people's programs meet it: they download from it, by torrent and by the link that it prints."""

import subprocess
import urllib.request

import pytest

import swarms
import trees

KINDS = ["v1", "v2", "hybrid"]
TREE = trees.tree("mixed", {"large": 3_000_001, "folder/small": 40_000, "folder/deep/er/one": 1, "block": 1 << 14, "empty": 0})


@pytest.mark.parametrize("kind", KINDS)
def test_libtorrent_downloads_a_torrent(kind, seed, make, data, out):
    root = TREE.plant(data)
    torrent = make.torrent("--protocol", kind, root)
    with seed.offering(torrent, data) as offered:
        swarms.leech(torrent, out, offered["addresses"][0])
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("kind", KINDS)
def test_libtorrent_downloads_a_folder_by_the_link(kind, seed, data, out):
    root = TREE.plant(data)
    with seed.offering(root, "--protocol", kind) as offered:
        swarms.leech_link(offered["magnet"], out)
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_a_dozen_who_know_a_url_cost_few_copies(seed, fetch, data, tmp_path):
    root = trees.tree("dist", {"a": 6_000_000, "b": 2_000_000}).plant(data)
    with seed.offering(root, "--serve", "--max-upload", "3MiB") as offered:
        download(fetch, offered["torrent_url"], tmp_path, data, "--seed-time", "5s")
    assert seed.last["event"] == "ended" and seed.last["copies_given"] < 4, seed.last  # two get all of it at once


def test_the_web_server_is_enough(seed, data):
    root = TREE.plant(data)
    with seed.offering(root, "--serve", "--protocol", "hybrid") as offered:
        site = offered["page"][:-1]

        def get(path, **headers):
            with urllib.request.urlopen(urllib.request.Request(site + path, headers=headers), timeout=20) as answer:
                return answer.status, answer.read()

        large = TREE.files["large"]
        assert get("/content/mixed/large") == (200, large)
        assert get("/content/mixed/large", Range="bytes=1000000-1000099") == (206, large[1_000_000:1_000_100])
        assert b"mixed.torrent" in get("/feed.xml")[1] and b"mixed" in get("/")[1]


def test_a_dozen_who_cannot_find_each_other_each_get_all_of_it(seed, fetch, data, tmp_path):
    root = trees.tree("dist", {"a": 3_000_000, "b": 1_000_000}).plant(data)
    with seed.offering(root) as offered:
        download(fetch, offered["magnet"], tmp_path, data, "--peer", offered["addresses"][0])


def download(fetch, source, folder, data, *options):
    """A dozen fetches at once, each of which has every byte in the end. Each has an address, as on as many machines."""
    targets = [folder / f"out{number}" for number in range(12)]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    commands = [[fetch.program, source, *options, "--bind", f"127.0.1.{place}", "-o", at] for place, at in enumerate(targets, 1)]
    running = [subprocess.Popen(command, **pipes) for command in commands]
    failed = [process.communicate()[1] for process in running if process.wait(timeout=swarms.PATIENCE)]
    assert not failed
    for target in targets:
        assert swarms.tree_of(target) == swarms.tree_of(data)
