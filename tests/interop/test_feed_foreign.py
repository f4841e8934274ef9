"""Feeds that nobody here wrote, out of feedparser's own tests: each is read, or it is said why not.

They come with the source package that `tests/run` downloads. FlexGet's has no feeds in it.
"""

import json
import os
import re
import tarfile
from pathlib import Path

import feedparser
import pytest

from test_feed_hostile import PEAK, measured

ENDINGS = {".xml", ".rss", ".atom", ".rdf"}
LEAST = 2000


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The feeds, unpacked, with names that tell where they were."""
    folder = tmp_path_factory.mktemp("samples")
    (source,) = Path(os.environ["PIECEWORK_FEEDS"]).glob("feedparser-*.tar.gz")
    with tarfile.open(source) as archive:
        for member in archive:
            if member.isfile() and Path(member.name).suffix in ENDINGS:
                name = re.sub(r"[^\w.-]", "_", member.name)
                (folder / name).write_bytes(archive.extractfile(member).read())
    paths = sorted(folder.iterdir())
    assert len(paths) >= LEAST
    return paths


def refusals_in(outcome):
    """What is said of each path that is no feed, without the hints."""
    lines = [line for line in outcome.stderr.splitlines() if not line.startswith("hint: ")]
    return dict(line.removeprefix("make-feed: ").split(": ", 1) for line in lines)


def test_every_sample_is_judged(samples, make_feed):
    outcome = make_feed("--check", "--json", *samples)
    assert outcome.code in (1, 3)
    broken = {line["feed"] for line in map(json.loads, outcome.stdout.splitlines()) if line["rule"] == "xml"}
    refusals = refusals_in(outcome)
    refused = set(refusals)
    assert set(refusals.values()) <= {
        "it is neither RSS, Atom nor JSON Feed",
        "it is a web page, perhaps a login page",
        "it is some other binary file",
        "it is text in UTF-16",
        "it is XML",
        "it is empty",
    }
    whole = len(samples) - len(refused) - len(broken - refused)
    print(f"{len(samples)} samples: {whole} parsed, {len(broken - refused)} broken and salvaged, {len(refused)} no feeds")
    assert whole + len(broken) >= len(samples) * 0.9


def test_as_many_items_as_feedparser_finds(samples, make_feed):
    outcome = make_feed("--check", "--seen", "--json", "--reader", "flexget", *samples)
    refused = refusals_in(outcome)
    items = {str(path): set() for path in samples}
    for line in map(json.loads, outcome.stdout.splitlines()):
        # Of each item FlexGet either takes something or says why not.
        if "item" in line:
            items[line["feed"]].add(line["item"])
    for path in samples:
        entries = feedparser.parse(path.read_bytes()).entries
        if str(path) in refused:
            assert not entries or "cdf" in path.name, "feedparser reads one format more: Microsoft's CDF"
        else:
            assert len(items[str(path)]) == len(entries), path.name


def test_no_sample_takes_much(samples, programs):
    report = measured(programs / "make-feed", "--check", "--seen", *samples)
    print(f"all samples in {report['seconds']:.2f} s, {report['peak'] >> 20} MiB")
    assert report["code"] in (1, 3)
    assert report["peak"] <= PEAK
