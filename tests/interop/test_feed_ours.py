"""Feeds that make-feed makes: real programs find every item, its torrent and its size, and download from them."""

import json
from typing import NamedTuple

import feedparser
import pytest

import bep52
import flexget
import qbittorrent
import trees
from test_feed_readers import of_ruby
from test_signature import key

KINDS = ["v1", "v2", "hybrid"]
NAMES = ["plain-1.0.iso", "b & <c> \"d\" 'e'.iso", "Привет ]]> мир", "a&amp;b%20#?.torrent", "line\nbreak\x1b[31m\x01"]
BASE = "http://pub.example/t/"
LEAST = 2 << 20  # Sonarr takes no smaller ones


class Made(NamedTuple):
    """A torrent, and its hashes, None where its kind has none."""

    data: bytes
    v1: str | None
    v2: str | None

    @property
    def name(self):
        """What clients call it: the v1 info hash, else as much of the v2 one."""
        return self.v1 or self.v2[:40]


@pytest.fixture(scope="module")
def torrents(tmp_path_factory):
    """Torrents of all kinds and names: where they are, and what they say."""
    folder = tmp_path_factory.mktemp("torrents")
    made = []
    for at, name in enumerate([*NAMES, *KINDS]):
        kind = KINDS[at % len(KINDS)]
        root = trees.tree(name, {"content": LEAST + at, "more": 1}).plant(folder / "content")
        torrent = bep52.create(root, 1 << 20, kind)
        (folder / f"{at} & x.torrent").write_bytes(torrent.data)
        made.append(Made(torrent.data, None if kind == "v2" else torrent.v1, None if kind == "v1" else torrent.v2))
    return folder, made


class Feed:
    """A feed of these torrents, and what must be found in it."""

    def __init__(self, path, torrents):
        self.path = path
        self.hashes = {torrent.name for torrent in torrents}
        self.urls = {f"{BASE}{at}%20%26%20x.torrent" for at in range(len(torrents))}
        self.sizes = {len(torrent.data) for torrent in torrents}


def made(torrents, make_feed, path, *options):
    """A feed of these torrents, which --check finds nothing wrong with."""
    folder, known = torrents
    options = ["--title", "Demo", "--link", "http://pub.example/", *options]
    outcome = make_feed(*options, "--date", "1795323600", "-o", path, *folder.glob("*.torrent"))
    assert outcome.code == 0, outcome
    return Feed(path, known)


@pytest.fixture(scope="module", params=["rss", "atom", "signed-rss", "signed-atom"])
def feed(request, torrents, make_feed, tmp_path_factory):
    """In each format that all of them can read, and with a signature in its last line."""
    folder = tmp_path_factory.mktemp("feed")
    *is_signed, form = request.param.split("-")
    signed = ["--sign", key(folder)[0], "--self-url", "http://pub.example/feed.xml"] if is_signed else []
    return made(torrents, make_feed, folder / f"{form}.xml", "--format", form, "--base-url", BASE, *signed)


def test_nothing_is_wrong_with_them(feed, make_feed):
    readers = [] if feed.path.stem == "rss" else ["--reader", "qbittorrent,flexget,autobrr,transmission-rss"]
    outcome = make_feed("--check", "--strict", *readers, feed.path)
    assert (outcome.code, outcome.stdout) == (0, ""), outcome


def test_feedparser(feed):
    parsed = feedparser.parse(feed.path.read_bytes())
    assert not parsed.bozo, parsed.get("bozo_exception")
    enclosures = [entry.enclosures for entry in parsed.entries]
    assert all(len(each) == 1 for each in enclosures)
    assert {each[0].href for each in enclosures} == feed.urls
    assert {int(each[0].length) for each in enclosures} == feed.sizes
    assert {entry.infohash for entry in parsed.entries} == feed.hashes
    assert {int(entry.contentlength) for entry in parsed.entries} == {LEAST + at + 1 for at in range(len(feed.urls))}
    assert len({entry.id for entry in parsed.entries}) == len(feed.urls)
    assert all(entry.published_parsed for entry in parsed.entries)


def test_flexget(feed, tmp_path):
    entries = flexget.entries({"feed": feed.path}, tmp_path / "config")["feed"]
    assert len(entries) == len(feed.urls)
    assert {entry["url"] for entry in entries} == feed.urls
    assert {entry["size"] for entry in entries} == feed.sizes
    assert {entry["info_hash"].lower() for entry in entries} == feed.hashes


def test_ruby(feed):
    _, items = of_ruby([feed.path])
    assert len(items) == len(feed.urls) and {url for _, url in items} == feed.urls


def test_qbittorrent(feed, tmp_path):
    with (
        qbittorrent.serving({"feed": feed.path.read_bytes()}) as urls,
        qbittorrent.running(tmp_path / "profile") as client,
    ):
        articles = client.articles(urls)["feed"]
    assert len(articles) == len(feed.urls) and {each["torrentURL"] for each in articles} == feed.urls
    assert all(each["date"].startswith("22 Nov 2026") for each in articles)


def test_qbittorrent_downloads_by_itself(torrents, make_feed, tmp_path):
    folder, known = torrents
    save = tmp_path / "save"
    rule = {"enabled": True, "mustContain": "", "savePath": str(save), "addPaused": True}
    files = {f"t{at}": (folder / f"{at} & x.torrent").read_bytes() for at in range(len(known))}
    with qbittorrent.serving(files) as places, qbittorrent.running(tmp_path / "profile", automatic=True) as client:
        feed = made(torrents, make_feed, tmp_path / "feed.xml", "--base-url", BASE)
        text = feed.path.read_text()
        for at in range(len(known)):
            text = text.replace(f"{BASE}{at}%20%26%20x.torrent", places[f"t{at}"])
        with qbittorrent.serving({"feed": text.encode()}) as urls:
            rule["affectedFeeds"] = [urls["feed"]]
            client.ask("rss/setRule", ruleName="all", ruleDef=json.dumps(rule))
            client.articles(urls)
            client.wait("torrents/info", lambda answer: len(json.loads(answer)) == len(known))
        added = client.json("torrents/info")
    assert {each["infohash_v1"] or each["infohash_v2"][:40] for each in added} == feed.hashes
    assert {each["save_path"] for each in added} == {str(save)}


def test_qbittorrent_sees_an_update_of_the_same_second(torrents, make_feed, tmp_path):
    folder, known = torrents
    path = tmp_path / "feed.xml"
    options = ["--title", "T", "--link", "http://pub.example/", "--base-url", BASE, "--date", "1795323600", "--update", path]
    assert make_feed(*options, folder / "0 & x.torrent").code == 0
    with qbittorrent.serving({"feed": path}) as urls, qbittorrent.running(tmp_path / "profile") as client:
        assert len(client.articles(urls)["feed"]) == 1
        assert make_feed(*options, folder / "1 & x.torrent").code == 0
        client.ask("rss/refreshItem", itemPath="feed")
        client.wait("rss/items?withData=true", lambda answer: len(json.loads(answer)["feed"]["articles"]) == 2)


def test_magnet_links(torrents, make_feed, tmp_path):
    feed = made(torrents, make_feed, tmp_path / "feed.xml", "--magnet")
    _, items = of_ruby([feed.path])
    by_feedparser = [entry.enclosures[0].href for entry in feedparser.parse(feed.path.read_bytes()).entries]
    by_flexget = [entry["url"] for entry in flexget.entries({"feed": feed.path}, tmp_path / "config")["feed"]]
    assert by_feedparser == by_flexget == [url for _, url in items]
    assert len(set(by_feedparser)) == len(feed.hashes)
    for v1 in [torrent.v1 for torrent in torrents[1] if torrent.v1]:
        assert any(f"xt=urn:btih:{v1}" in url for url in by_feedparser)
    for v2 in [torrent.v2 for torrent in torrents[1] if torrent.v2]:
        assert any(f"xt=urn:btmh:1220{v2}" in url for url in by_feedparser)
