"""Hostile feeds: none crashes make-feed, hangs it or takes more than 64 MiB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import feeds

MEASURE = Path(__file__).with_name("measure.py")
PEAK = 64 << 20
PATIENCE = 60
LARGE = 10_000_000  # bytes

BOMB = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 30))
ITEM = feeds.item(0)


def filled(part, start="<rss version='2.0'><channel>", end="</channel></rss>"):
    """A large feed of one thing."""
    return start + part * (LARGE // len(part)) + end


HOSTILE = {
    "entity bomb": f"<!DOCTYPE rss [<!ENTITY e0 'lol'>{BOMB}]>{feeds.rss(feeds.item(0, title='&e29;'), start='')}",
    "external entity": "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    + feeds.rss(feeds.item(0, title="&x;"), start=""),
    "deep": "<rss><channel>" + "<a>" * 1_000_000,
    "deep and closed": "<rss><channel>" + "<a>" * 500_000 + "</a>" * 500_000 + ITEM + "</channel></rss>",
    "attributes": "<rss><channel><item" + "".join(f" a{n}='1'" for n in range(500_000)) + "/></channel></rss>",
    "attributes everywhere": filled("<item" + "".join(f" a{n}=''" for n in range(128)) + "/>"),
    "namespaces": "<rss" + "".join(f" xmlns:a{n}='b'" for n in range(100_000)) + ">" + ITEM + "</rss>",
    "20,000 items": "<rss version='2.0'><channel>" + ITEM.replace("Size", "x" * 10) * 20_000 + "</channel></rss>",
    "empty items": filled("<item/>"),
    "empty elements": filled("<a/>"),
    "elements in one item": filled("<a/>", start="<rss><channel><item>", end="</item></channel></rss>"),
    "enclosures in one item": filled("<enclosure url='a'/>", start="<rss><channel><item>", end="</item></channel></rss>"),
    "ampersands": filled("&"),
    "entities": filled("&amp;", start="<rss><channel><item><title>", end="</title></item></channel></rss>"),
    "wrong end tags": filled("</b>"),
    "start tags that nobody ends": filled("<item>"),
    "one text": "<rss><channel><item><title>" + "x" * LARGE,
    "one tag": "<rss><channel><item " + "x" * LARGE,
    "one comment": "<rss><channel><!--" + "-" * LARGE,
    "one declaration": "<!DOCTYPE " + "[" * LARGE,
    "nothing but NUL": "\0" * LARGE,
    "nothing but less than": "<" * LARGE,
    "json, deep": '{"items":' + "[" * LARGE,
    "json, wide": '{"items":[' + "{}," * (LARGE // 3) + "{}]}",
    "json, attachments": '{"items":[{"attachments":[' + "{}," * (LARGE // 3) + "{}]}]}",
    "too large": "<rss>" + " " * (17 << 20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name, programs, tmp_path):
    feed = tmp_path / "feed.xml"
    feed.write_text(HOSTILE[name])
    report = measured(programs / "make-feed", "--check", "--seen", feed)
    print(f"{name}: exit {report['code']}, {report['seconds']:.2f} s, {report['peak'] >> 20} MiB")
    assert report["code"] in (0, 1, 3)
    assert report["peak"] <= PEAK


def test_nothing_is_read_from_elsewhere(make_feed, tmp_path):
    feed = tmp_path / "feed.xml"
    feed.write_text(HOSTILE["external entity"])
    outcome = make_feed("--check", "--seen", "--json", feed)
    assert "root:" not in outcome.stdout and "&x;" in outcome.stdout


def measured(*command):
    """What it takes."""
    done = subprocess.run([sys.executable, MEASURE, *map(str, command)], check=True, capture_output=True, timeout=PATIENCE)
    return json.loads(done.stdout)
