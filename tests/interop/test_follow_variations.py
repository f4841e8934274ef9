"""Feeds with whatever publishers, servers and tools make of them: follow-feed finds the items and torrents that feedparser finds, asking the same server."""

import http.server
import json
from urllib.parse import quote, urljoin

import feedparser
import pytest

import web
from conftest import built
from feeds import HASHES, TYPE
from test_follow_samples import Followed, is_torrent

MAGNET = f"magnet:?xt=urn:btih:{HASHES[0]}"
ENCLOSURE = f"<enclosure url='http://pub.example/0.torrent' type='{TYPE}' length='9'/>"
PODCAST = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
ATOM = "xmlns='http://www.w3.org/2005/Atom'"


def rss(inside=ENCLOSURE, title="demo", around="", start=""):
    return f"{start}<rss version='2.0'{around}><channel><title>t</title><link>http://p/</link><item><title>{title}</title>{inside}</item></channel></rss>"


def declared(encoding, title, **more):
    """In this encoding, which it declares."""
    return rss(title=title, start=f"<?xml version='1.0' encoding='{more.get('as_', encoding)}'?>").encode(encoding)


def attached(url, name="url"):
    return f"<enclosure {name}=\"{url}\" type='{TYPE}'/>"


def atom(inside, around=""):
    return f"<feed {ATOM}{around}><title>t</title><entry><title>demo</title><id>urn:x:1</id>{inside}</entry></feed>"


def link(url, rel="enclosure", more=""):
    return f"<link rel='{rel}' type='{TYPE}' href='{url}'{more}/>"


# The body, and what the server says of it.
VARIATIONS = {
    "windows-1252 that calls itself iso-8859-1": (declared("cp1252", "Café €", as_="iso-8859-1"), ""),
    "shift_jis": (declared("shift_jis", "日本語ソ"), ""),
    "gb18030 that calls itself gb2312": (declared("gb18030", "中文", as_="gb2312"), ""),
    "UTF-8 that calls itself ASCII": (declared("utf-8", "Café", as_="us-ascii"), ""),
    "UTF-8 with a mark that calls itself latin": (b"\xef\xbb\xbf" + declared("utf-8", "Café", as_="iso-8859-1"), ""),
    "two marks": (b"\xef\xbb\xbf\xef\xbb\xbf" + rss().encode(), ""),
    "UTF-16 without a mark": (rss(title="Привет", start="<?xml version='1.0' encoding='UTF-16'?>").encode("utf-16-be"), ""),
    "UTF-32": (rss(title="Привет", start="<?xml version='1.0' encoding='UTF-32'?>").encode("utf-32"), ""),
    "UTF-32 without a mark": (rss(title="Привет", start="<?xml version='1.0' encoding='UTF-32'?>").encode("utf-32-be"), ""),
    "KOI8-R, says the server": (rss(title="Привет").encode("koi8-r"), "application/rss+xml; charset=koi8-r"),
    "the server knows better": (declared("cp1251", "Привет", as_="utf-8"), "text/xml; charset=windows-1251"),
    "CDATA in CDATA": (rss("<link><![CDATA[ http://pub.example/0.torrent?a=1&b=2 ]]></link>", "<![CDATA[a & b ]]]]><![CDATA[>]]>"), ""),
    "entities of HTML": (rss(title="Caf&eacute; &hellip;&#x1F600; &#150;"), ""),
    "escaped twice": (rss(attached("http://pub.example/0.torrent?a=1&amp;amp;b=2")), ""),
    "bare ampersands": (rss(f"<link>{MAGNET}&dn=a&tr=udp://t/</link>"), ""),
    "guid that is the torrent": (rss("<guid isPermaLink='true'>http://pub.example/0.torrent?k=1</guid>"), ""),
    "guid that is a magnet link": (rss(f"<link>http://p/page</link><guid isPermaLink='false'>{MAGNET}</guid>"), ""),
    "white space in a URL": (rss(attached("http://pub.example/ü b [1].torrent")), ""),
    "URL without a scheme": (rss(attached("//cdn.example/0.torrent")), ""),
    "URL with dots": (rss(attached("../t/./0.torrent")), ""),
    "URL of capitals": (rss(f"<Enclosure URL='http://pub.example/0.torrent' TYPE='{TYPE}'/>"), ""),
    "all in capitals": (rss().replace("rss", "RSS").replace("channel", "CHANNEL").replace("item", "ITEM"), ""),
    "enclosure with href": (rss(attached("http://pub.example/0.torrent", "href")), ""),
    "enclosure in another element": (rss(f"<files>{ENCLOSURE}</files>"), ""),
    "item in an item": (rss(f"{ENCLOSURE}<item><title>inner</title>{attached('http://pub.example/1.torrent')}</item>"), ""),
    "item in a comment": (rss(start=f"<!-- <item><title>ghost</title>{ENCLOSURE}</item> -->"), ""),
    "namespace of userland": (rss(around=" xmlns='http://backend.userland.com/rss2'"), ""),
    "xml:base of a link": (atom(link("0.torrent", more=" xml:base='c/'"), " xml:base='http://other.example/a/'"), ""),
    "Atom with a prefix": (atom(link("http://p/0.torrent")).replace("<", "<a:").replace("<a:/", "</a:").replace("xmlns=", "xmlns:a="), ""),
    "Atom with many links": (atom("<link href='http://p/page'/>" + "".join(link(f"http://p/{n}.torrent", rel) for n, rel in enumerate(["alternate", "related", "enclosure", "via", "x"]))), ""),
    "Atom with a source": (atom(f"<source><id>s</id><title>s</title></source>{link('http://p/0.torrent')}"), ""),
}
# What feedparser does not find, and we do.
OURS = {
    "Media RSS": (rss(f"<m:group><m:content url='a.mp4' type='video/mp4'/><m:content url='http://p/0.torrent' type='{TYPE}'/></m:group>", around=" xmlns:m='http://search.yahoo.com/mrss'"), "http://p/0.torrent"),
    "Torznab": (rss(f"<torznab:attr name='infohash' value='{HASHES[0]}'/>", around=" xmlns:torznab='http://torznab.com/schemas/2015/feed'"), MAGNET),
    "podcast": (rss(f"<p:alternateEnclosure type='audio/mpeg'><p:source uri='a.mp3'/><p:source uri='http://p/0.torrent' contentType='{TYPE}'/></p:alternateEnclosure>", around=f" xmlns:p='{PODCAST}'"), "http://p/0.torrent"),
    "mod_enclosure": (rss(f"<e:enclosure r:resource='http://p/0.torrent' e:type='{TYPE}'/>", around=" xmlns:e='http://purl.oclc.org/net/rss_2.0/enc#' xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"), "http://p/0.torrent"),
    "JSON Feed": (json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7, "external_url": "http://p/0.torrent"}]}), "http://p/0.torrent"),
    "JSON Feed in UTF-16": (json.dumps({"version": "1", "items": [{"title": "é", "url": "http://p/0.torrent"}]}, ensure_ascii=False).encode("utf-16"), "http://p/0.torrent"),
    "JSON Feed that breaks off": (b'{"version":"1","items":[{"id":"7","url":"http://p/0.torrent"},', "http://p/0.torrent"),
    "entities of its own": (rss(attached("&base;/0.torrent"), start='<!DOCTYPE rss [<!ENTITY base "http://pub.example">]>'), "http://pub.example/0.torrent"),
    "a magnet link in capitals": (rss(f"<link>{MAGNET.replace('magnet', 'MAGNET')}</link>"), MAGNET.replace("magnet", "MAGNET")),
    "XHTML": (atom(f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><a href='{MAGNET}'>get</a></div></content>"), MAGNET),
}
ALL = VARIATIONS | {name: (body, "") for name, (body, _) in OURS.items()}
NUMBERS = {name: number for number, name in enumerate(ALL)}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body, content_type = list(ALL.values())[int(self.path.strip("/"))]
        body = body.encode() if isinstance(body, str) else body
        self.send_response(200)
        self.send_header("Content-Type", content_type or "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with web.running(Handler) as address:
        yield address


@pytest.fixture(scope="module")
def followed(site, programs, tmp_path_factory):
    state = tmp_path_factory.mktemp("followed") / "state"
    return Followed(built(programs / "follow-feed"), state, [f"/{number}" for number in NUMBERS.values()], site)


def whole(page, url):
    return quote(urljoin(page, url.strip()), safe="%/:=&?~#+!$,;'@()*[]ü")


@pytest.mark.parametrize("name", VARIATIONS)
def test_the_same_items_and_torrents_as_feedparser(name, followed, site):
    path = f"/{NUMBERS[name]}"
    found = feedparser.parse(site + path)
    items = followed.items[path]
    assert {item["title"] for item in items} == {entry.title for entry in found.entries}
    named = [each.get("href", "") for entry in found.entries for each in [*entry.get("links", []), {"href": entry.get("id", "")}]]
    wanted = {whole(site + path, url) for url in named if is_torrent(url)}
    assert wanted and wanted <= {whole(site + path, url) for url in followed.urls(path)}


@pytest.mark.parametrize("name", OURS)
def test_what_feedparser_does_not_know(name, followed):
    assert OURS[name][1] in followed.urls(f"/{NUMBERS[name]}")
