"""Clients that watch a folder take what `follow-feed --watch` puts there: all of it, once, and whole."""

import hashlib
import os
import shutil

import pytest

import watch
import watchers
import web
from conftest import built, run

CLIENTS = {
    "qbittorrent-nox": watchers.in_qbittorrent,
    "rtorrent": watchers.in_rtorrent,
    "transmission-daemon": watchers.in_transmission,
}
# A title as publishers write them, so that names are not all alike.
TITLE = "Demo {at}: a/b &amp; ü [x86_64] *new*"


def encoded(value):
    """Bencoded."""
    match value:
        case int():
            return b"i%de" % value
        case bytes():
            return b"%d:%s" % (len(value), value)
        case dict():
            return b"d%se" % b"".join(encoded(key) + encoded(value[key]) for key in sorted(value))


class Publisher:
    """A feed of torrents, some of which it has magnet links of alone."""

    def __init__(self, count):
        infos = [encoded({b"length": at + 1, b"name": b"demo-%d" % at, b"piece length": 1 << 14, b"pieces": bytes(20)}) for at in range(count)]
        self.hashes = [hashlib.sha1(info).hexdigest() for info in infos]
        # rtorrent wants a tracker; none is asked, for nothing is started.
        self.files = {f"/{at}.torrent": b"d8:announce21:http://pub.example/an4:info%se" % info for at, info in enumerate(infos)}
        self.items = [item(at, f"/{at}.torrent", "application/x-bittorrent") for at in range(count)]

    def add_magnets(self, count):
        """Their info hashes."""
        hashes = [hashlib.sha1(b"magnet %d" % at).hexdigest() for at in range(count)]
        links = [f"magnet:?xt=urn:btih:{each}&amp;dn=demo" for each in hashes]
        self.items += [item(f"link {at}", link, "x-scheme-handler/magnet") for at, link in enumerate(links)]
        return set(hashes)

    def serving(self):
        """The address of the feed and its torrents."""
        return web.serving(lambda path: self.feed() if path == "/feed.xml" else self.files.get(path))

    def feed(self):
        head = "<title>Demo</title><link>http://pub.example/</link><description>d</description>"
        return f'<rss version="2.0"><channel>{head}{"".join(self.items)}</channel></rss>'.encode()


def item(at, url, mime):
    title = TITLE.format(at=at)
    return f'<item><title>{title}</title><guid>{at}</guid><enclosure url="{url}" type="{mime}" length="9"/></item>'


@pytest.fixture
def folder(tmp_path):
    """A folder for a client to watch."""
    folder = tmp_path / "watched"
    folder.mkdir()
    return folder


@pytest.fixture
def command(programs, folder, tmp_path):
    """follow-feed into that folder; a URL is missing."""
    program = built(programs / "follow-feed")
    return [program, "--state", tmp_path / "state", "--watch", folder, "--first-run", "all", "--pause", "0", "--recheck"]


@pytest.fixture
def follow(command):
    """Runs it; gives how many files it says that it has written."""

    def follow(url):
        outcome = run(*command, url)
        assert outcome.code == 0, outcome
        return len(outcome.stdout.splitlines())

    return follow


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_client_takes_each_item_once(client, count, folder, follow, tmp_path):
    if not shutil.which(client, path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip(f"{client} is not installed")
    scratch = tmp_path / "client"
    scratch.mkdir()
    publisher = Publisher(count)
    hashes = set(publisher.hashes)
    with publisher.serving() as address, CLIENTS[client](folder, scratch) as watcher:
        assert follow(f"{address}/feed.xml") == count
        assert sorted(watcher.wait(hashes)) == sorted(hashes)
        links = publisher.add_magnets(3)
        # Whatever the client has done with the files: what was there does not come again.
        assert follow(f"{address}/feed.xml") == 3
        wanted = hashes | links if watcher.takes_magnets else hashes
        assert sorted(watcher.wait(wanted)) == sorted(wanted)
        assert follow(f"{address}/feed.xml") == 0
        assert sorted(watcher.hashes()) == sorted(wanted)
    assert not list(folder.glob(".piecework-*"))


def test_no_name_appears_before_its_file_is_whole(command, folder):
    # Clients read what appears at once: some give up on what is empty, and take it for done.
    publisher = Publisher(3)
    publisher.add_magnets(2)
    with publisher.serving() as address:
        done, calls = watch.calls_of([*command, f"{address}/feed.xml"])
    assert done.returncode == 0, done
    names = [path.name for path in folder.iterdir()]
    assert len(names) == 5
    for name in names:
        # Strace writes what is not ASCII in octal digits; the end of a name has none.
        end = name.rsplit("_", 1)[1]
        named = [call for call in calls if end in call]
        assert len(named) == 1 and named[0].startswith("rename"), named
