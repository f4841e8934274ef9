"""Feeds as data: whole ones, odd ones and broken ones. What is in them is found by the real readers, not written here."""

HASHES = ["e380a6c5ae0fb15f296d29964a56250780b05ad7", "0123456789abcdef0123456789abcdef01234567"]
DATE = "<pubDate>Sun, 22 Nov 2026 05:00:00 +0000</pubDate>"
TYPE = "application/x-bittorrent"
HEAD = "<title>Demo</title><link>http://pub.example/</link><description>d</description>"
BUILT = "<lastBuildDate>Sun, 22 Nov 2026 05:00:00 +0000</lastBuildDate>"


def enclosure(number=0, mime=f'type="{TYPE}"', url=None, length='length="12216"'):
    url = f"http://pub.example/{number}.torrent" if url is None else url
    return f'<enclosure url="{url}" {mime} {length}/>'


def torrent(number=0, size=600162597):
    digits = HASHES[number]
    return (
        f'<torrent xmlns="http://xmlns.ezrss.it/0.1/"><fileName>{number}.torrent</fileName>'
        f"<contentLength>{size}</contentLength><infoHash>{digits}</infoHash>"
        f"<magnetURI>magnet:?xt=urn:btih:{digits}&amp;dn=demo</magnetURI></torrent>"
    )


def item(number=0, title="demo", link=None, guid=None, attached=None, more="", date=DATE):
    """An item as make-feed writes it, with parts put in place of others."""
    link = f"<link>http://pub.example/page/{number}</link>" if link is None else link
    guid = f'<guid isPermaLink="false">{HASHES[number]}</guid>' if guid is None else guid
    attached = enclosure(number) + torrent(number) if attached is None else attached
    return f"<item><title>{title} {number}</title>{link}{guid}{date}<description>Size: 572.3 MiB</description>{attached}{more}</item>"


def rss(*items, namespaces="", head=HEAD + BUILT, start='<?xml version="1.0" encoding="UTF-8"?>\n'):
    return f'{start}<rss version="2.0"{namespaces}><channel>{head}{"".join(items)}</channel></rss>'


def entry(number=0, links=None):
    link = f'<link rel="enclosure" type="{TYPE}" length="12" href="http://pub.example/{number}.torrent"/>'
    links = [link] if links is None else [link if each == "torrent" else each for each in links]
    return (
        f"<entry><id>urn:btih:{HASHES[number]}</id><title>demo {number}</title><updated>2026-11-22T05:00:00Z</updated>"
        f'<content type="text">Size: 572.3 MiB</content>{torrent(number)}{"".join(links)}</entry>'
    )


def atom(*entries, start='<?xml version="1.0" encoding="UTF-8"?>\n', attributes=""):
    head = "<id>http://pub.example/</id><title>Demo</title><updated>2026-11-22T05:00:00Z</updated>"
    return f'{start}<feed xmlns="http://www.w3.org/2005/Atom"{attributes}>{head}{"".join(entries)}</feed>'


WHOLE = rss(item(0), item(1))
PAGE = '<link rel="alternate" href="http://pub.example/page"/>'
PREFIXED = "".join(
    f"<torrent:{name}>{value}</torrent:{name}>"
    for name, value in [("infoHash", HASHES[0]), ("contentLength", "600162597"), ("magnetURI", "magnet:?xt=urn:btih:00")]
)

FEEDS = {
    # Whole.
    "as it should be": WHOLE,
    "no items": rss(),
    "no declaration": rss(item(0), start=""),
    "magnet as enclosure": rss(item(0, attached=enclosure(url=f"magnet:?xt=urn:btih:{HASHES[0]}&amp;dn=x"))),
    "magnet as link": rss(item(0, link=f"<link>magnet:?xt=urn:btih:{HASHES[0]}</link>", attached="")),
    "cdata": rss(item(0, title="<![CDATA[a < b & c]]>"), item(1)),
    "entities": rss(item(0, title="a &lt;b&gt; &amp; &#67; &quot;d&quot;"), item(1)),
    "comments and instructions": rss("<!-- a --><?b c?>", item(0, title="<!-- x -->demo"), item(1)),
    "white space": rss(item(0, title="\n   demo\n ", link="<link>\n http://pub.example/p \n</link>"), item(1)),
    "no channel dates": rss(item(0), head=HEAD),
    "date after the items": rss(item(0), BUILT, item(1), head=HEAD),
    "a signature in the last line": WHOLE + "\n<?minisign RUQf6LRC== feed:http://pub.example/feed.xml built:1 y/rU==?>\n",
    # Odd.
    "enclosure with parameters": rss(item(0, attached=enclosure(mime=f'type="{TYPE}; charset=utf-8"'))),
    "enclosure of another type": rss(item(0, attached=enclosure(mime='type="application/octet-stream"'))),
    "enclosure in capitals": rss(item(0, attached=enclosure(mime='type="Application/X-BitTorrent"'))),
    "enclosure without a type": rss(item(0, attached=enclosure(mime=""))),
    "enclosure without a length": rss(item(0, attached=enclosure(length=""))),
    "enclosure with a word as length": rss(item(0, attached=enclosure(length='length="big"'))),
    "enclosure without a url": rss(item(0, attached=f'<enclosure type="{TYPE}" length="1"/>')),
    "media, then torrent": rss(item(0, attached=enclosure(0, mime='type="video/mp4"', url="http://pub.example/a.mp4") + enclosure())),
    "torrent, then media": rss(item(0, attached=enclosure() + enclosure(0, mime='type="video/mp4"', url="http://pub.example/a.mp4"))),
    "two torrents": rss(item(0, attached=enclosure(0) + enclosure(1))),
    "no enclosure": rss(item(0, attached=""), item(1, attached="")),
    "link to a torrent": rss(item(0, link="<link>http://pub.example/0.torrent</link>", attached="")),
    "empty link": rss(item(0, link="<link/>", attached=""), item(1)),
    "empty url": rss(item(0, attached=enclosure(url="")), item(1)),
    "misspelt type": rss(item(0, attached=enclosure(mime='type="application/x-bittorent"')), item(1)),
    "magnet as a web page": rss(item(0, attached=enclosure(mime='type="text/html"', url="magnet:?xt=urn:btih:00"))),
    "octet-streams": rss(item(0, attached="".join(enclosure(n, mime='type="application/octet-stream"') for n in (0, 1)))),
    "two links": rss(item(0, link="<link>http://pub.example/p</link><link>http://pub.example/0.torrent</link>", attached="")),
    "space in a url": rss(item(0, attached=enclosure(url="http://pub.example/a b.torrent"))),
    "same url": rss(item(0), item(1, attached=enclosure(0))),
    "magnet in the description": rss(
        item(0, attached="", more="<description>&lt;a href='magnet:?xt=urn:btih:00'>get&lt;/a></description>")
    ),
    "guid only": rss(item(0, link="", guid="<guid>http://pub.example/0.torrent</guid>", attached="")),
    "guid that is no link": rss(item(0, link="", attached="")),
    "nothing to identify": rss("<item><description>x</description></item>", item(1)),
    "no title": rss("<item><link>http://pub.example/0</link>" + enclosure() + "</item>", item(1)),
    "empty title": rss(item(0).replace("demo 0", ""), item(1)),
    "same guid": rss(item(0), item(1, guid=f"<guid>{HASHES[0]}</guid>")),
    "no guid": rss(item(0, guid=""), item(1, guid="")),
    "no date": rss(item(0, date=""), item(1)),
    "relative urls": rss(item(0, attached=enclosure(url="t/0.torrent"))),
    "prefixed block": rss(
        item(0, attached=enclosure(), more=PREFIXED), namespaces=' xmlns:torrent="http://xmlns.ezrss.it/0.1/"'
    ),
    "media title": rss(
        item(0, more="<media:title>other</media:title>"), namespaces=' xmlns:media="http://search.yahoo.com/mrss/"'
    ),
    "atom link in an item": rss(
        item(0, attached="", more='<atom:link rel="self" href="http://pub.example/self"/>'),
        namespaces=' xmlns:atom="http://www.w3.org/2005/Atom"',
    ),
    "podcast": rss(
        item(
            0,
            attached=enclosure(mime='type="video/mp4"', url="http://pub.example/a.mp4"),
            more='<podcast:alternateEnclosure type="video/mp4" length="9"><podcast:source '
            f'uri="http://pub.example/0.torrent" contentType="{TYPE}"/></podcast:alternateEnclosure>',
        ),
        namespaces=' xmlns:podcast="https://podcastindex.org/namespace/1.0"',
    ),
    "markup in a description": rss(item(0, more="<description>a <b>bold</b> word</description>"), item(1)),
    "version 0.91": WHOLE.replace('version="2.0"', 'version="0.91"'),
    "items in the root": WHOLE.replace("</channel></rss>", f"</channel>{item(1, guid='<guid>x</guid>')}</rss>"),
    # Atom.
    "atom": atom(entry(0), entry(1)),
    "atom, page first": atom(entry(0, [PAGE, "torrent"])),
    "atom, page last": atom(entry(0, ["torrent", PAGE])),
    "atom, magnet": atom(entry(0, [PAGE, f'<link rel="enclosure" type="{TYPE}" href="magnet:?xt=urn:btih:{HASHES[0]}"/>'])),
    "atom, no torrent": atom(entry(0, [PAGE])),
    "atom, torrent as a related link": atom(entry(0, [PAGE, '<link rel="related" href="http://pub.example/0.torrent"/>'])),
    # Encodings.
    "byte order mark": "\ufeff" + WHOLE,
    "windows-1251": rss(item(0, title="Привет"), start='<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"),
    "utf-16": ("\ufeff" + rss(item(0, title="Привет"), start='<?xml version="1.0" encoding="UTF-16"?>')).encode("utf-16-le"),
    # Broken.
    "bare ampersand in a title": rss(item(0), item(1, title="this & that")),
    "bare ampersand in a url": rss(item(0), item(1, attached=enclosure(url="http://pub.example/?a=1&b=2"))),
    "entity of html": rss(item(0, title="a&nbsp;b"), item(1)),
    "unknown entity": rss(item(0), item(1, title="a&nothing;b")),
    "control character": rss(item(0), item(1, title="a\x08b")),
    "wrong end tag": rss(item(0), item(1).replace("</title>", "</titel>")),
    "missing end tag": rss(item(0), item(1).replace("</link>", "")),
    "item without an end": rss(item(0).replace("</item>", ""), item(1)),
    "prefix without a namespace": rss(item(0), item(1, more="<x:y>z</x:y>")),
    "attribute twice": rss(item(0), item(1, attached=f'<enclosure type="{TYPE}" url="http://a/a.torrent" url="http://b/b.torrent"/>')),
    "attribute without quotes": rss(item(0), item(1, attached=f"<enclosure type={TYPE} url=http://a/a.torrent />")),
    "cut between items": rss(item(0), item(1)).rsplit("</channel>", 1)[0],
    "cut within an item": rss(item(0), item(1)).rsplit("<description>", 1)[0],
    "cut within a tag": rss(item(0), item(1)).rsplit("12216", 1)[0],
    "space before the declaration": " \n" + WHOLE,
    "text after the end": WHOLE + "and more",
    "element after the end": WHOLE + "<b>more</b>",
    "data after the end": WHOLE + "<![CDATA[more]]>",
    "text before the start": "HTTP/1.1 200 OK\n" + rss(item(0), item(1), start=""),
    "comment after the end": WHOLE + "<!-- more -->",
    "a web page": "<!DOCTYPE html><html><head><title>Log in</title></head><body><p>Log in</p></body></html>",
    "json": '{"version": "https://jsonfeed.org/version/1.1", "title": "Demo", "items": [{"id": "0", "title": "demo 0", '
    f'"attachments": [{{"url": "http://pub.example/0.torrent", "mime_type": "{TYPE}"}}]}}]}}',
}


def as_bytes(feed):
    """A feed as it is served."""
    return feed if isinstance(feed, bytes) else feed.encode()
