"""qBittorrent without a screen, asked over its web API on the loopback; it may fetch from there and nowhere else."""

import contextlib
import http.server
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import web
from net import free_port

PATIENCE = 60  # seconds for anything that takes one

CONFIG = """\
[LegalNotice]
Accepted=true
[BitTorrent]
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\Port=0
Session\\InterfaceAddress=127.0.0.1
Session\\AddTorrentPaused=true
[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\Port={port}
WebUI\\LocalHostAuth=false
[RSS]
AutoDownloader\\EnableProcessing={automatic}
Session\\EnableProcessing=true
Session\\MaxArticlesPerFeed=1000
"""


class QBittorrent:
    """A running client."""

    def __init__(self, port):
        self.api = f"http://127.0.0.1:{port}/api/v2/"

    def ask(self, call, **fields):
        """The answer to a call, as text."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with urllib.request.urlopen(self.api + call, data, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def json(self, call, **fields):
        """The answer to a call, as JSON."""
        return json.loads(self.ask(call, **fields))

    def wait(self, call, found):
        """What a call answers once it satisfies `found`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError):
                answer = self.ask(call)
                if found(answer):
                    return answer
            time.sleep(0.1)
        raise AssertionError(f"qBittorrent did not come to it in {PATIENCE} s: {call}")

    def articles(self, urls):
        """What it finds in feeds: for each name, its articles as they stand in the feed."""
        for name, url in urls.items():
            self.ask("rss/addFeed", url=url, path=name)
        self.wait("rss/items?withData=true", lambda answer: is_loaded(json.loads(answer), urls))
        feeds = self.json("rss/items?withData=true")
        return {name: feeds[name]["articles"] for name in urls}


def is_loaded(feeds, urls):
    """Whether it has come to an end with all of them: it has articles, a title or an error."""
    done = [feed for feed in feeds.values() if not feed["isLoading"] and (feed["hasError"] or feed["title"])]
    return len(done) == len(urls)


@contextlib.contextmanager
def running(profile, automatic=False):
    """A client with a profile of its own; ended by its own number."""
    port = free_port()
    config = profile / "qBittorrent/config/qBittorrent.conf"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG.format(port=port, automatic=str(automatic).lower()))
    command = ["qbittorrent-nox", f"--profile={profile}", f"--webui-port={port}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        try:
            qbittorrent = QBittorrent(port)
            qbittorrent.wait("app/version", bool)
            yield qbittorrent
        finally:
            client.kill()


@contextlib.contextmanager
def serving(files):
    """Files over HTTP, each at a port of its own, because qBittorrent asks one place once in two seconds only."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(serving_one(name, content)) for name, content in files.items()}


@contextlib.contextmanager
def serving_one(name, content):
    """The URL of a file: of these bytes, or of what stands at a path whenever it is asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = content if isinstance(content, bytes) else content.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with web.running(Handler) as address:
        yield f"{address}/{urllib.parse.quote(name)}"
