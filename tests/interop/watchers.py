"""Torrent clients that watch a folder: each a context in which it runs, and gives what it has of what lay there."""

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
import xmlrpc.client

import qbittorrent
from net import free_port

PATIENCE = 120  # seconds for anything that takes one
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Watcher:
    """A running client: the info hashes that it has, and whether it takes `.magnet` files."""

    def __init__(self, hashes, takes_magnets):
        self.hashes = hashes
        self.takes_magnets = takes_magnets

    def wait(self, wanted):
        """Until it has these hashes; gives all that it has, each as often as it has it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            has = self.hashes()
            if wanted <= set(has):
                return has
            time.sleep(0.2)
        raise AssertionError(f"it has {len(has)} of {len(wanted)} in {PATIENCE} s")


@contextlib.contextmanager
def in_qbittorrent(folder, scratch):
    """It takes away what it has read."""
    with qbittorrent.running(scratch / "profile") as client:
        client.ask("app/setPreferences", json=json.dumps({"scan_dirs": {str(folder): str(scratch)}}))

        def hashes():
            return [each["hash"] for each in client.json("torrents/info")]

        yield Watcher(hashes, takes_magnets=True)


TRANSMISSION = {
    "bind-address-ipv4": "127.0.0.1",
    "bind-address-ipv6": "::1",
    "dht-enabled": False,
    "lpd-enabled": False,
    "pex-enabled": False,
    "port-forwarding-enabled": False,
    "rpc-bind-address": "127.0.0.1",
    "start-added-torrents": False,
    "utp-enabled": False,
    "watch-dir-enabled": True,
}


@contextlib.contextmanager
def in_transmission(folder, scratch):
    """It gives what it has read another name."""
    port = free_port()
    ports = {"rpc-port": port, "peer-port": free_port()}
    places = {"download-dir": str(scratch), "watch-dir": str(folder)}
    (scratch / "settings.json").write_text(json.dumps(TRANSMISSION | ports | places))
    command = ["transmission-daemon", "--foreground", "-g", scratch]
    with subprocess.Popen(command, **QUIET) as daemon:
        try:
            ask = rpc(f"http://127.0.0.1:{port}/transmission/rpc")
            version = int(ask("session-get")["version"].split(".")[0])

            def hashes():
                return [each["hashString"] for each in ask("torrent-get", fields=["hashString"])["torrents"]]

            yield Watcher(hashes, takes_magnets=version >= 4)
        finally:
            daemon.kill()


def rpc(url):
    """Asks a Transmission, which wants to be told back what it has called the session."""
    session = {}

    def ask(method, **arguments):
        body = json.dumps({"method": method, "arguments": arguments}).encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                request = urllib.request.Request(url, body, session)
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    return json.load(answer)["arguments"]
            except urllib.error.HTTPError as error:
                assert error.code == 409, error
                session["X-Transmission-Session-Id"] = error.headers["X-Transmission-Session-Id"]
            except urllib.error.URLError:
                time.sleep(0.1)
        raise AssertionError(f"nobody answers at {url}")

    return ask


RTORRENT = """\
system.daemon.set = true
session.path.set = {scratch}
directory.default.set = {scratch}
network.bind_address.set = 127.0.0.1
network.port_open.set = no
dht.mode.set = disable
protocol.pex.set = no
trackers.use_udp.set = no
network.scgi.open_local = {place}
schedule2 = watch, 1, 1, ((load.normal, "{folder}/*.torrent"))
"""


@contextlib.contextmanager
def in_rtorrent(folder, scratch):
    """It looks every second, and leaves what it has read where it is."""
    place, config = scratch / "scgi", scratch / "rtorrent.rc"
    config.write_text(RTORRENT.format(folder=folder, scratch=scratch, place=place))
    command = ["rtorrent", "-n", "-o", f"import={config}"]
    with subprocess.Popen(command, env={**os.environ, "TERM": "dumb"}, **QUIET) as client:
        try:
            until(lambda: answers(place))

            def hashes():
                return [one.lower() for (one,) in scgi(place, "d.multicall2", "", "main", "d.hash=")]

            yield Watcher(hashes, takes_magnets=False)
        finally:
            client.kill()


def answers(place):
    """Whether it does."""
    with contextlib.suppress(OSError):
        scgi(place, "system.pid")
        return True
    return False


def until(is_so):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def scgi(place, method, *arguments):
    """Asks an rtorrent: XML-RPC over SCGI over a socket of the file system, which has short names only."""
    body = xmlrpc.client.dumps(arguments, method).encode()
    head = b"CONTENT_LENGTH\0%d\0SCGI\x001\0" % len(body)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(PATIENCE)
            asked.connect(f"/proc/self/fd/{folder}/{place.name}")
            asked.sendall(b"%d:%s,%s" % (len(head), head, body))
            answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
    finally:
        os.close(folder)
    ((value,), _) = xmlrpc.client.loads(answer.partition(b"\r\n\r\n")[2])
    return value
