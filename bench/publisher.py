"""A web server of many feeds, at many addresses of the loopback, and of the torrents that they name. It counts what it is asked for.

    publisher.py FEEDS DEAD TEXT

Prints the URLs of its feeds, of which so many are dead. For each line that says how many items a feed has from now on, it prints what it was
asked for since the last one. An item has so many bytes of text.
"""

import asyncio
import collections
import hashlib
import itertools
import json
import socket
import sys
import threading

from told import bencode

PIECES = 1024  # of 1 MiB: a .torrent has 20 KiB
DATE = "Sun, 22 Nov 2026 05:00:00 GMT"
WAYS = ["refused", "silent", "broken"]  # of being dead: nobody listens, nobody answers, status 500
HEAD = "<rss version='2.0'><channel><title>feed {0}</title><link>http://pub.example/</link><description>a feed</description>"
ITEM = "<item><title>{0}-{1}</title><guid>{0}-{1}</guid><enclosure url='{2}/t/{0}-{1}.torrent' length='20569' type='application/x-bittorrent'/>{3}</item>"
TAIL = "</channel></rss>"


class Publisher:
    """Feeds that all have as many items, the newest on top. Of every other one a subscriber may ask whether anything has changed."""

    def __init__(self, feeds, dead, text):
        self.text = f"<description>{('word ' * text)[:text]}</description>" if text else ""
        self.items, self.bodies, self.asked = 0, {}, collections.Counter()
        self.listening, self.closed = socket.create_server(("0.0.0.0", 0), backlog=1024), socket.socket()
        self.closed.bind(("0.0.0.0", 0))
        every, ways = feeds // dead if dead else feeds + 1, itertools.cycle(WAYS)
        self.urls = [self.url(number, next(ways) if (number + 1) % every == 0 else "feed") for number in range(feeds)]

    def url(self, number, way):
        port = (self.closed if way == "refused" else self.listening).getsockname()[1]
        return f"http://{address(number, way)}:{port}/{way}/{number}"

    def answer(self, path, known):
        """Status, headers and body; None if nothing is ever said."""
        _, kind, name = path.split("/", 2)
        if kind == "t":
            self.asked["torrents"] += 1
            return "200 OK", "Content-Type: application/x-bittorrent\r\n", torrent(name.removesuffix(".torrent"))
        self.asked["feeds"] += 1
        if kind != "feed":
            return ("500 Broken", "", b"") if kind == "broken" else None
        etag = f'"{self.items}"'
        validators = f"ETag: {etag}\r\nLast-Modified: {DATE}\r\n" if int(name) % 2 == 0 else ""
        if validators and known == etag:
            self.asked["unchanged"] += 1
            return "304 Not Modified", validators, b""
        return "200 OK", f"Content-Type: application/rss+xml\r\n{validators}", self.bodies[int(name)]

    def body(self, number, items):
        site = self.urls[number].rsplit("/", 2)[0]
        texts = (ITEM.format(number, item, site, self.text) for item in reversed(range(items)))
        return (HEAD.format(number) + "".join(texts) + TAIL).encode()

    def turn(self, items):
        """Has so many items from now on, and says what it was asked for until now."""
        asked, self.asked = self.asked, collections.Counter()
        if items != self.items:
            # Made now, so that nobody waits for it who is timed.
            self.items, self.bodies = items, {number: self.body(number, items) for number in range(len(self.urls))}
        return asked


class Connection(asyncio.Protocol):
    """Answers requests, which have no bodies, in their order."""

    def __init__(self, publisher):
        self.publisher, self.received = publisher, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            first, *headers = request.decode("latin-1").split("\r\n")
            known = next((header.partition(":")[2].strip() for header in headers if header.lower().startswith("if-none-match:")), None)
            answer = self.publisher.answer(first.split(" ")[1], known)
            if answer:
                status, headers, body = answer
                self.transport.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def address(number, way):
    """Half of the feeds have a host each, and five of the others one together. The dead share none."""
    host = number if way != "feed" or number % 10 < 5 else number - number % 10 + 5
    return f"127.{1 if way == 'feed' else 2}.{host // 250}.{host % 250 + 1}"


def torrent(name):
    pieces = hashlib.sha1(name.encode()).digest() * PIECES
    return bencode({"info": {"length": PIECES << 20, "name": name.encode(), "piece length": 1 << 20, "pieces": pieces}})


async def serve(publisher, ready):
    server = await asyncio.get_running_loop().create_server(lambda: Connection(publisher), sock=publisher.listening)
    ready.set()
    await server.serve_forever()


def main(feeds, dead, text):
    publisher, ready = Publisher(feeds, dead, text), threading.Event()
    threading.Thread(target=lambda: asyncio.run(serve(publisher, ready)), daemon=True).start()
    ready.wait()
    print(json.dumps(publisher.urls), flush=True)
    for line in sys.stdin:
        print(json.dumps(publisher.turn(int(line))), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
