"""Thirty days of a timer in which each twentieth request fails: cron has nothing to mail, and what is published arrives."""

import collections
import itertools
import random
import socket
import struct
import subprocess
import threading
from pathlib import Path

import pytest

from conftest import built

CLOCK_AT = Path(__file__).with_name("clock_at.c")
PATIENCE = 60
FAILURES = ["500", "502", "503", "429", "refused", "reset", "reset in the body", "cut off in the body", "cut off without a length", "no answer", "no end"]


def feed(day):
    items = "".join(
        f"<item><title>day-{number}</title><guid isPermaLink='false'>{number}</guid><link>magnet:?xt=urn:btih:{number:040}</link></item>"
        for number in range(day, max(day - 5, -1), -1)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


class Server:
    """A web server that answers a feed, or fails in one of the ways in which servers and networks do."""

    def __init__(self):
        self.address = ("127.0.0.1", 0)
        self.failure, self.day, self.failed, self.open = None, 0, collections.Counter(), []
        self.listen()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.address[1]}/feed.xml"

    def listen(self):
        self.socket = socket.create_server(self.address)
        self.address = self.socket.getsockname()
        threading.Thread(target=self.serve, args=[self.socket], daemon=True).start()

    def stop(self):
        # Whoever waits for connections hears of it.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self, listening):
        while True:
            try:
                connection = listening.accept()[0]
            except OSError:
                return
            self.answer(connection, connection.recv(65536).decode("latin-1"))

    def answer(self, connection, request):
        body, etag = feed(self.day), f'"{self.day}"'
        status = self.failure if self.failure and self.failure.isdigit() else "304" if etag in request else "200"
        length = "" if self.failure == "cut off without a length" else f"Content-Length: {len(body) if status == '200' else 0}\r\n"
        head = f"HTTP/1.1 {status} x\r\nETag: {etag}\r\nConnection: close\r\n{length}\r\n".encode()
        self.failed[self.failure] += 1
        if self.failure == "no answer":
            return self.open.append(connection)
        if self.failure == "reset":
            return reset(connection)
        connection.sendall(head + (body[:100] if self.failure and status == "200" else body if status == "200" else b""))
        if self.failure == "no end":
            return self.open.append(connection)
        reset(connection) if self.failure == "reset in the body" else connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("minutes", [120, pytest.param(30, marks=pytest.mark.soak)])
def test_a_month_with_outages_has_no_line_on_standard_error(minutes, programs, tmp_path):
    clock = tmp_path / "clock_at.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", clock, CLOCK_AT], check=True)
    command = [built(programs / "follow-feed"), "--state", tmp_path / "state"]
    server, chance, taken = Server(), random.Random(minutes), []
    failures = itertools.cycle(FAILURES)
    for minute in range(0, 30 * 24 * 60, minutes):
        server.day = minute // (24 * 60)
        server.failure = next(failures) if minute and chance.random() < 0.05 else None
        if server.failure == "refused":
            server.failed["refused"] += 1
            server.stop()
        environment = {"LD_PRELOAD": str(clock), "CLOCK_AHEAD": str(minute * 60)}
        # A feed that never answered is told of at once.
        timeout = "1s" if minute else "30s"
        done = subprocess.run([*command, "--timeout", timeout, server.url], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert (done.returncode, done.stderr) == (0, ""), (minute, server.failure)
        taken += done.stdout.splitlines()
        if server.failure == "refused":
            server.listen()
    print(dict(server.failed))
    assert len(taken) == 30, "each day's item, once"
    assert set(server.failed) >= set(FAILURES)
