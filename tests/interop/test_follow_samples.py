"""Every feed that judges make-feed is followed: follow-feed finds what real programs find, and more."""

import contextlib
import json
import subprocess
from urllib.parse import quote, urljoin

import feedparser
import pytest

import feeds
import web
from conftest import built
from test_feed_foreign import samples  # noqa: F401  (a fixture)
from test_feed_readers import NAMES, by_flexget, by_qbittorrent, by_transmission_rss, folder, ruby  # noqa: F401  (fixtures)

PATIENCE = 600
# Of an attribute that stands twice we take the first, FlexGet the last.
ELSEWHERE = {"attribute twice": {"http://b/b.torrent"}}
# Feeds that say they are signed, and are not: nothing is taken of them.
REFUSED = {"a signature in the last line"}


class Followed:
    """What is remembered of feeds that were followed, each by its path."""

    def __init__(self, program, state, bodies, site=None):
        """Serves these bodies; or a server has the paths already."""
        with contextlib.nullcontext(site) if site else web.serving(bodies.get) as address:
            feeds = state.with_suffix(".txt")
            feeds.write_text("".join(f"{address}{path}\n" for path in bodies))
            command = [program, "--json", "--state", state, "--list", feeds, "--pause", "0", "--first-run", "none"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        assert done.returncode in (0, 3), done
        self.address = address
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.events = {self.path(event["feed"]): event for event in events if event["event"] == "feed"}
        self.items = {self.path(feed): items for feed, items in map(remembered, state.glob("*.ndjson"))}

    def path(self, url):
        return url.removeprefix(self.address)

    def urls(self, path):
        """Every way to a torrent."""
        return {way["url"] for item in self.items[path] for way in item.get("ways", [])}

    def whole(self, path, url):
        """A URL of that feed, as it is asked for."""
        return quote(urljoin(self.address + path, url.strip()), safe="%/:=&?~#+!$,;'@()*[]")


def remembered(journal):
    """The URL of a feed, and its items."""
    head, *lines = map(json.loads, journal.read_text().splitlines())
    items = {line["id"]: line for line in lines if "title" in line}
    return head["feed"], list(items.values())


def is_torrent(url):
    return url.startswith("magnet:") or url.split("?")[0].endswith(".torrent")


@pytest.fixture(scope="module")
def followed(programs, tmp_path_factory):
    """Our own feeds: whole, odd and broken ones."""
    bodies = {f"/{number}": feeds.as_bytes(feeds.FEEDS[name]) for number, name in NAMES.items()}
    return Followed(built(programs / "follow-feed"), tmp_path_factory.mktemp("followed") / "state", bodies)


@pytest.mark.parametrize("number", NAMES, ids=NAMES.get)
def test_what_a_real_program_takes_is_found(number, followed, by_qbittorrent, by_flexget, by_transmission_rss):  # noqa: F811
    path, name = f"/{number}", NAMES[number]
    readers = [by_qbittorrent, by_flexget, by_transmission_rss]
    taken = {followed.whole(path, url) for reader in readers for _, url in reader[number] if url and is_torrent(url)}
    found = followed.urls(path)
    assert not found if name in REFUSED else taken - ELSEWHERE.get(name, set()) <= found


# Each of the feeds has a journal of its own, which is synced several times.
@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.soak)])
def test_as_many_items_as_feedparser_finds(step, programs, samples, tmp_path):  # noqa: F811
    samples = samples[::step]
    bodies = {f"/{at}": path.read_bytes() for at, path in enumerate(samples)}
    followed = Followed(built(programs / "follow-feed"), tmp_path / "state", bodies)
    torrents = 0
    for at, path in enumerate(samples):
        place = f"/{at}"
        event, found = followed.events[place], feedparser.parse(bodies[place])
        if "why" in event:
            assert not found.entries or "cdf" in path.name, (path.name, event)
            continue
        assert event["items"] + event["truncated"] >= len(found.entries), path.name
        named = {each.get("href", "") for entry in found.entries for each in entry.get("enclosures", [])}
        wanted = {followed.whole(place, url) for url in named if is_torrent(url)}
        torrents += len(wanted)
        assert wanted <= followed.urls(place), path.name
    print(f"{len(samples)} samples, {torrents} torrents")
