"""Starts transmission-daemon in a folder of its own and tells it, by RPC, what to do."""

import base64
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SETTINGS = {
    "bind-address-ipv4": "127.0.0.1",
    "dht-enabled": False,
    "encryption": 1,
    "lpd-enabled": False,
    "pex-enabled": False,
    "port-forwarding-enabled": False,
    "queue-stalled-enabled": False,
    "rpc-authentication-required": False,
    "rpc-bind-address": "127.0.0.1",
    "utp-enabled": False,
}


class Transmission:
    """A daemon whose settings and torrents stay in `folder` when it ends."""

    def __init__(self, folder):
        self.folder, self.token = folder, ""
        self.port, self.rpc = free_port(), free_port()
        folder.mkdir(exist_ok=True)
        settings = SETTINGS | {"peer-port": self.port, "rpc-port": self.rpc}
        (folder / "settings.json").write_text(json.dumps(settings))
        command = ["transmission-daemon", "--foreground", "--config-dir", folder, "--log-error"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def add(self, torrents, content):
        """Adds torrents, which lie in `content`, and waits until all are checked."""
        self.await_seeding(0)  # Then it listens.
        for torrent in torrents:
            metainfo = base64.b64encode(torrent.read_bytes()).decode()
            self.ask("torrent-add", {"metainfo": metainfo, "download-dir": str(content)})
        self.await_seeding(len(torrents))

    def await_seeding(self, count):
        while self.seeding() < count:
            if self.process.poll() is not None:
                sys.exit("transmission-daemon ended early")
            time.sleep(0.02)

    def seeding(self):
        """How many torrents are given to others."""
        try:
            torrents = self.ask("torrent-get", {"fields": ["status"]})["torrents"]
        except (urllib.error.URLError, ConnectionError):
            return -1  # It does not listen yet.
        return sum(torrent["status"] == 6 for torrent in torrents)

    def ask(self, method, arguments):
        body = json.dumps({"method": method, "arguments": arguments}).encode()
        url = f"http://127.0.0.1:{self.rpc}/transmission/rpc"
        try:
            request = urllib.request.Request(url, body, {"X-Transmission-Session-Id": self.token})
            return json.load(urllib.request.urlopen(request, timeout=60))["arguments"]
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            self.token = error.headers["X-Transmission-Session-Id"]
            return self.ask(method, arguments)

    def end(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
