"""seed --serve as other people's programs meet it: by HTTP alone, with no other tracker, web seed or page."""

import json
import shutil
import subprocess
import urllib.request

import feedparser
import pytest

import flexget
import qbittorrent
import swarms
import trees

KINDS = ["v1", "v2", "hybrid"]
TREE = trees.tree("mixed", {"large & more.bin": 3_000_001, "folder/small": 40_000, "folder/deep/er/one": 1, "block": 1 << 14, "empty": 0})
LEAST = 2 << 20  # Sonarr takes no smaller ones


def get(url):
    """What is at a URL."""
    with urllib.request.urlopen(url, timeout=swarms.PATIENCE) as answer:
        return answer.read()


def curl(*arguments):
    """What curl writes, which must succeed."""
    command = ["curl", "--silent", "--show-error", "--fail", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=swarms.PATIENCE).stdout


def test_curl_gets_files_parts_and_what_was_missing(seed, data, out):
    root = TREE.plant(data)
    whole = (root / "large & more.bin").read_bytes()
    with seed.offering(root, "--serve") as offered:
        url = offered["page"] + "content/mixed/large%20%26%20more.bin"
        assert curl(url) == whole
        assert curl("-r", "1000000-1999999", url) == whole[1_000_000:2_000_000]
        assert curl("-r", "-5", url) == whole[-5:]
        assert b"Accept-Ranges: bytes" in curl("--head", url)
        begun = out / "begun"
        begun.write_bytes(whole[:1_234_567])
        curl("--continue-at", "-", "-o", begun, url)
        assert begun.read_bytes() == whole
        assert curl(offered["page"] + "content/mixed/empty") == b""
        assert curl("--http1.0", offered["page"] + "content/mixed/block") == (root / "block").read_bytes()
        outcome = subprocess.run(["curl", "--silent", "--fail", "--path-as-is", offered["page"] + "content/mixed/../../etc/passwd"], capture_output=True, timeout=swarms.PATIENCE)
        assert (outcome.returncode, outcome.stdout) == (22, b"")


@pytest.mark.parametrize("kind", KINDS)
def test_fetch_needs_nothing_but_the_url_of_the_torrent(kind, seed, fetch, data, out):
    root = TREE.plant(data)
    with seed.offering(root, "--serve", "--protocol", kind) as offered:
        outcome = fetch(offered["page"] + "mixed.torrent", "-o", out)
        assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_fetch_takes_all_of_it_from_the_web_seed(seed, fetch, data, out, tmp_path):
    root = TREE.plant(data)
    torrent = tmp_path / "mixed.torrent"
    with seed.offering(root, "--serve") as offered:
        # Its own torrent names neither tracker nor peer.
        bare = subprocess.run([seed.program.with_name("make-torrent"), root, "-o", "-"], check=True, capture_output=True).stdout
        torrent.write_bytes(bare)
        outcome = fetch(torrent, "--web-seed", offered["page"] + "content/", "-o", out)
        assert outcome.code == 0, outcome
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("kind", ["v1", "hybrid"])
def test_aria2_takes_all_of_it_from_the_web_seed(kind, seed, data, out):
    root = TREE.plant(data)
    with seed.offering(root, "--serve", "--protocol", kind) as offered:
        alone = ["--no-conf", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false"]
        ends = ["--seed-time=0", "--file-allocation=none", "--follow-torrent=mem", "--bt-tracker-timeout=5", "--console-log-level=warn"]
        command = ["aria2c", f"--dir={out}", *alone, *ends, offered["page"] + "mixed.torrent"]
        subprocess.run(command, check=True, capture_output=True, timeout=swarms.PATIENCE)
    # It keeps pad files like any others.
    shutil.rmtree(out / "mixed/.pad", ignore_errors=True)
    (out / "mixed.torrent").unlink(missing_ok=True)
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("kind", KINDS)
def test_libtorrent_finds_us_by_our_tracker(kind, seed, data, out, tmp_path):
    root = TREE.plant(data)
    torrent = tmp_path / "served.torrent"
    with seed.offering(root, "--serve", "--protocol", kind) as offered:
        torrent.write_bytes(get(offered["page"] + "mixed.torrent"))
        swarms.leech(torrent, out)
    assert swarms.tree_of(out) == swarms.tree_of(data)


def test_programs_that_follow_feeds_take_ours(seed, make_feed, data, tmp_path):
    names = ["plain-1.0.iso", "b & <c> \"d\" 'e'", "Привет мир"]
    roots = [trees.tree(name, {"content": LEAST + at}).plant(data) for at, name in enumerate(names)]
    with seed.offering(*roots, "--serve") as offered:
        # The first is told of; the others follow.
        url, feed = offered["page"] + "feed.xml", b""
        while feed.count(b"<item>") < len(names):
            feed = get(url)
        path = tmp_path / "feed.xml"
        path.write_bytes(feed)
        # A podcast app would play the .torrent.
        outcome = make_feed("--check", "--strict", "--reader", "qbittorrent,flexget,sonarr,autobrr,transmission-rss", path)
        assert (outcome.code, outcome.stdout) == (0, ""), outcome
        torrents = urls_of(feed)
        assert all(get(torrent).startswith(b"d") for torrent in torrents)
        taken = flexget.entries({"ours": url}, tmp_path / "flexget")["ours"]
        assert {entry["url"] for entry in taken} == torrents, json.dumps(taken)
        with qbittorrent.running(tmp_path / "qbittorrent") as client:
            articles = client.articles({"ours": url})["ours"]
            assert {article["torrentURL"] for article in articles} == torrents


def urls_of(feed):
    """The enclosures of a feed, as feedparser reads them."""
    return {link.href for entry in feedparser.parse(feed).entries for link in entry.enclosures}
