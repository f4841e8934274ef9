"""Real programs read feeds: they find every item of ours, and of any feed what the simulated ones of --check say."""

import html
import json
import subprocess
from pathlib import Path

import pytest

import feeds
import flexget
import qbittorrent

RUBY = Path(__file__).with_name("transmission_rss.rb")
NAMES = {f"{at:02}": name for at, name in enumerate(feeds.FEEDS)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The feeds as files."""
    folder = tmp_path_factory.mktemp("feeds")
    for number, name in NAMES.items():
        (folder / f"{number}.xml").write_bytes(feeds.as_bytes(feeds.FEEDS[name]))
    return folder


@pytest.fixture(scope="module")
def simulated(folder, make_feed, rexml):
    """What --check says each program takes: by reader and number of the feed, title and URL."""
    paths = sorted(folder.glob("*.xml"))
    readers = "qbittorrent,flexget,sonarr,autobrr,transmission-rss"
    outcome = make_feed("--check", "--seen", "--json", "--reader", readers, *paths)
    assert outcome.code in (1, 3), outcome
    found = {}
    for line in map(json.loads, outcome.stdout.splitlines()):
        if line["schema"] == "piecework/make-feed-seen/1" and is_of_version(line, rexml):
            found.setdefault((line["reader"], Path(line["feed"]).stem), []).append(taken(line["title"], line["url"]))
    return found


def is_of_version(line, rexml):
    """Whether the program of this machine takes it: only transmission-rss differs by version."""
    name, _, version = line.get("before", "").partition(" ")
    assert name in ("", "REXML")
    return not version or rexml < numbers(version)


def numbers(version):
    return [int(number) for number in version.split(".")]


def taken(title, url):
    """A title and a URL, less what is a matter of display: entities of HTML, control characters, outer white space."""
    title = "".join(character for character in html.unescape(title or "") if character.isprintable() or character == "\n")
    return title.replace("\xa0", " ").strip(), url


@pytest.fixture(scope="module")
def by_qbittorrent(folder, tmp_path_factory):
    """What qBittorrent finds."""
    files = {number: (folder / f"{number}.xml").read_bytes() for number in NAMES}
    with qbittorrent.serving(files) as urls, qbittorrent.running(tmp_path_factory.mktemp("profile")) as client:
        found = client.articles(urls)
    with_url = {name: [each for each in articles if each.get("torrentURL")] for name, articles in found.items()}
    return {name: [taken(each.get("title"), each["torrentURL"]) for each in articles] for name, articles in with_url.items()}


@pytest.fixture(scope="module")
def by_flexget(folder, tmp_path_factory):
    """What FlexGet finds."""
    paths = {number: folder / f"{number}.xml" for number in NAMES}
    found = flexget.entries(paths, tmp_path_factory.mktemp("flexget") / "config")
    return {name: [taken(each["title"], each["url"]) for each in entries] for name, entries in found.items()}


@pytest.fixture(scope="module")
def ruby(folder):
    """The version of REXML, and for each feed titles and URLs."""
    version, *found = of_ruby([folder / f"{number}.xml" for number in NAMES])
    return numbers(version), dict(zip(NAMES, found, strict=True))


def of_ruby(paths):
    """The version of REXML, then for each file titles and URLs."""
    done = subprocess.run(["ruby", RUBY, *paths], check=True, capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def rexml(ruby):
    """The version of REXML: one that the model knows, which are 3.2.5 and from 3.3.3 on."""
    version, _ = ruby
    assert [3, 2, 5] <= version < [3, 3] or version >= [3, 3, 3], version
    return version


@pytest.fixture(scope="module")
def by_transmission_rss(ruby):
    """What Ruby's RSS library finds, asked as transmission-rss asks it."""
    _, found = ruby
    return {number: [taken(*each) for each in items] for number, items in found.items()}


def test_there_are_enough_feeds():
    broken = list(feeds.FEEDS)[list(feeds.FEEDS).index("bare ampersand in a title") :]
    assert len(feeds.FEEDS) >= 30 and len(broken) >= 10


@pytest.mark.parametrize("number", NAMES, ids=NAMES.get)
def test_qbittorrent_as_simulated(number, by_qbittorrent, simulated):
    # It keeps them by date.
    assert sorted(by_qbittorrent[number]) == sorted(simulated.get(("qbittorrent", number), []))


@pytest.mark.parametrize("number", NAMES, ids=NAMES.get)
def test_flexget_as_simulated(number, by_flexget, simulated):
    assert by_flexget[number] == simulated.get(("flexget", number), [])


@pytest.mark.parametrize("number", NAMES, ids=NAMES.get)
def test_transmission_rss_as_simulated(number, by_transmission_rss, simulated):
    assert by_transmission_rss[number] == simulated.get(("transmission-rss", number), [])
