"""What a .torrent that means no good takes of follow-feed's memory, as the kernel counts it."""

import pytest

import web
from conftest import built
from test_feed_hostile import measured

LENGTH = 8 << 20  # bytes
PEAK = (32 << 20) + 6 * LENGTH  # bytes: the program, and what the growth test of `follow` allows for each byte


def filled(head, unit, tail, length=LENGTH):
    """As often the same as fits between the head and the tail."""
    return head + unit * ((length - len(head) - len(tail)) // len(unit)) + tail


PLAIN = b"4:infod6:lengthi1e4:name1:t12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee"
TORRENTS = {
    "files": lambda: filled(b"d4:infod5:filesl", b"d6:lengthi0e4:pathl1:aee", b"d6:lengthi1e4:pathl1:beee4:name1:t12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee"),
    "files without an end": lambda: filled(b"d4:infod5:filesl", b"d6:lengthi1e4:pathl1:aee", b""),
    "numbers": lambda: filled(b"d1:al", b"i1e", b"e" + PLAIN),
    "empty lists": lambda: filled(b"d1:al", b"le", b"e" + PLAIN),
    "trackers": lambda: filled(b"d13:announce-listl", b"l12:udp://t.e:1/e", b"e" + PLAIN),
    "nesting": lambda: filled(b"d1:a", b"l", b""),
    "one text": lambda: filled(b"d1:a8000000:", b"a", b"e" + PLAIN),
    "longer than it says": lambda: filled(b"d" + PLAIN, b"e", b""),
}


@pytest.mark.parametrize("name", TORRENTS)
def test_a_hostile_torrent_takes_a_bounded_part_of_memory(name, programs, tmp_path):
    feed = b"<rss version='2.0'><channel><title>t</title><item><enclosure url='/x.torrent' type='application/x-bittorrent'/></item></channel></rss>"
    torrent = TORRENTS[name]()
    with web.serving({"/": feed, "/x.torrent": torrent}.get) as address:
        (tmp_path / "out").mkdir()
        options = ["--state", tmp_path / "state", "--patience", "0", "--pause", "0", "--save", tmp_path / "out"]
        report = measured(built(programs / "follow-feed"), *options, f"{address}/")
    print(f"{name}: {len(torrent) >> 20} MiB, exit {report['code']}, {report['seconds']:.1f} s, {report['peak'] >> 20} MiB")
    assert report["code"] == 0, report
    assert report["peak"] <= PEAK, report
