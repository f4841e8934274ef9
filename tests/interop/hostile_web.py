"""A web server that means no good, at every address of its machine. It prints whom it was asked as, what, and with which secrets."""

import gzip
import html
import http.server
import json
import sys
import time

PORT = 8000
SECRETS = ("X-Key", "Cookie", "Authorization")
BOMB = gzip.compress(bytes(400 << 20), 1)
LINE = b"x" * (1 << 16)


def feed(*items):
    return f"<rss version='2.0'><channel><title>t</title><link>http://p/</link>{''.join(items)}</channel></rss>".encode()


def item(url, title="demo", more=""):
    attached = f"<enclosure url='{html.escape(url)}' type='application/x-bittorrent'/>"
    return f"<item><title>{html.escape(title)}</title><guid>{html.escape(title)}</guid>{attached}{more}</item>"


TORRENT = b"d4:infod6:lengthi1e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee"
TITLES = ["../../up", "-rf", "..", "/etc/passwd", "a\u202egnp.exe", "x" * 100_000, "CON", ".hidden", "tab\tnew\nline", "\u009b31m csi"]
FEEDS = {
    "private": feed(item("http://127.0.0.1:8000/x.torrent", "private"), item("http://[::1]:8000/x.torrent", "v6")),
    "redirected": feed(item("/to-private")),
    "page": feed(item("/page.html")),
    "large": feed(item("/endless")),
    "slow": feed(item("/drip")),
    "elsewhere": feed(item("/to-another")),
    "titles": feed(*(item(f"/x.torrent?{at}", title) for at, title in enumerate(TITLES))),
    "raw": feed(item("/x.torrent", "ESC")).replace(b"ESC", b"a\x1b[31mred\x07\x00"),
    "links": feed(item("/missing", "links", "".join(f"<enclosure url='/missing?{n}' type='application/x-bittorrent'/>" for n in range(10_000)))),
    "guid": feed(item("/x.torrent", "g" * 5_000_000)),
    "file": feed(item("file:///etc/passwd"), item("ftp://pub.example/x.torrent", "ftp"), item("javascript:x.torrent", "script")),
}
PLACES = {
    "/to-private": "http://127.0.0.1:8000/x.torrent",
    "/to-another": "http://11.11.11.2:8000/x.torrent",
    "/loop": "/loop",
    "/to-file": "file:///etc/passwd",
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        secrets = [name for name in SECRETS if name in self.headers]
        print(json.dumps([self.headers["Host"], self.path, secrets]), flush=True)
        name = self.path.strip("/").split("?")[0]
        if self.path in PLACES:
            self.head(302, 0, Location=PLACES[self.path])
        elif name in FEEDS or name == "x.torrent":
            self.body(FEEDS.get(name, TORRENT))
        elif name == "page.html":
            self.body(b"<html>log in</html>")
        elif name == "bomb":
            self.body(BOMB, **{"Content-Encoding": "gzip"})
        elif hasattr(self, name):
            getattr(self, name)()
        else:
            self.head(404, 0)

    def head(self, status, length, **headers):
        self.send_response(status)
        for header, value in ({"Content-Length": str(length)} | headers).items():
            self.send_header(header, value)
        self.end_headers()

    def body(self, body, **headers):
        self.head(200, len(body), **headers)
        self.wfile.write(body)

    def endless(self):
        """A body without an end."""
        self.head(200, 1 << 50)
        while True:
            self.wfile.write(LINE)

    def drip(self):
        """A byte now and then."""
        self.head(200, 1 << 20)
        while True:
            self.wfile.write(b" ")
            time.sleep(0.2)

    def silence(self):
        """No answer."""
        time.sleep(60)

    def headers_forever(self):
        """A head without an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-A: " + LINE[:1000] + b"\r\n")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Whoever has enough hangs up."""


if __name__ == "__main__":
    with Server(("0.0.0.0", PORT), Handler) as server:
        print("ready", flush=True)
        sys.exit(server.serve_forever())
