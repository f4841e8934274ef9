"""Leechers that request many blocks at a time and throw away what comes, so that the seeder is the only one that works.

    leechers.py PORT TORRENT [--count N] [--bytes N]        speaks BitTorrent
    leechers.py PORT TORRENT --path /NAME ...               asks for ranges over HTTP, as from a web seed

Each is at an address of its own, begins at a piece of its own, and takes so many bytes of blocks. Prints how long all took.
"""

import argparse
import collections
import hashlib
import os
import selectors
import socket
import struct
import time
from pathlib import Path

BLOCK = 16 << 10
AHEAD = 500  # requests at a time: as many as libtorrent sends
BATCH = 32  # requests that are sent together
RANGE = 16 << 20  # bytes of a request over HTTP
BUFFER = 1 << 20
CHOKE, UNCHOKE, INTERESTED, REQUEST, PIECE = 0, 1, 2, 6, 7
PATIENCE = 600  # seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("torrent", type=Path)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--bytes", type=int, default=64 << 20)
    parser.add_argument("--path")
    options = parser.parse_args()
    content = Content(options.torrent)
    began = time.monotonic()
    kind = HttpLeecher if options.path else Leecher
    leechers = [kind(options, content, number) for number in range(options.count)]
    serve(leechers, began + PATIENCE)
    print(f"{time.monotonic() - began:.3f}")


def serve(leechers, deadline):
    """Until all have what they want."""
    selector = selectors.DefaultSelector()
    for leecher in leechers:
        selector.register(leecher.socket, selectors.EVENT_READ, leecher)
    buffer = memoryview(bytearray(BUFFER))
    while selector.get_map():
        if time.monotonic() > deadline:
            raise TimeoutError("the seeder gives no more")
        for key, _ in selector.select(1):
            count = key.fileobj.recv_into(buffer)
            if count == 0:
                raise ConnectionError("the seeder has hung up")
            if key.data.take(buffer[:count]):
                selector.unregister(key.fileobj)
                key.fileobj.close()


class Content:
    """What a torrent of one file says of it."""

    def __init__(self, torrent):
        data = torrent.read_bytes()
        start = data.index(b"4:info") + 6
        self.info_hash = hashlib.sha1(data[start : end_of(data, start)]).digest()
        self.size = number(data, b"6:length")
        self.piece_length = number(data, b"12:piece length")


def number(data, key):
    start = data.index(key + b"i") + len(key) + 1
    return int(data[start : data.index(b"e", start)])


def end_of(data, start):
    """Where the value ends that begins there."""
    kind = data[start : start + 1]
    if kind in b"ld":
        start += 1
        while data[start : start + 1] != b"e":
            start = end_of(data, start)
        return start + 1
    if kind == b"i":
        return data.index(b"e", start) + 1
    colon = data.index(b":", start)
    return colon + 1 + int(data[start:colon])


class Leecher:
    """One that speaks BitTorrent (BEP 3, without extensions)."""

    def __init__(self, options, content, index):
        self.content = content
        self.left = options.bytes // BLOCK
        self.next = index * content.size // options.count // content.piece_length * content.piece_length
        self.asked, self.again, self.is_choked = set(), collections.deque(), True
        self.head, self.skip = b"", 0
        self.socket = dial(options.port, index)
        handshake = b"\x13BitTorrent protocol" + bytes(8) + content.info_hash + b"-XX0000-" + os.urandom(12)
        self.socket.sendall(handshake + struct.pack(">IB", 1, INTERESTED))
        self.is_greeted = False

    def take(self, bytes):
        """What has come. Says whether that was all."""
        place = 0
        while place < len(bytes) and self.left > 0:
            if self.skip:
                step = min(self.skip, len(bytes) - place)
                self.skip, place = self.skip - step, place + step
                continue
            need = self.length_of_head() - len(self.head)
            self.head += bytes[place : place + need]
            place += need
            if len(self.head) == self.length_of_head():
                self.on_head()
        self.request()
        return self.left == 0

    def length_of_head(self):
        """Bytes that are looked at of the next message."""
        if not self.is_greeted:
            return 68
        if len(self.head) < 4:
            return 4
        length = int.from_bytes(self.head[:4])
        return 4 + min(length, 1) if len(self.head) < 5 else 13 if self.head[4] == PIECE else 5

    def on_head(self):
        head, self.head = self.head, b""
        if not self.is_greeted:
            self.is_greeted = True
        elif len(head) == 4:
            pass
        elif head[4] == PIECE:
            self.skip = int.from_bytes(head[:4]) - 9
            piece, offset = struct.unpack(">II", head[5:])
            self.asked.discard(piece * self.content.piece_length + offset)
            self.left -= 1
        else:
            self.skip = int.from_bytes(head[:4]) - 1
            self.on_choke(head[4])

    def on_choke(self, kind):
        if kind in (CHOKE, UNCHOKE):
            self.is_choked = kind == CHOKE
        if kind == CHOKE:
            self.again.extend(sorted(self.asked))
            self.asked.clear()

    def request(self):
        """Asks for more when so much has come that it is worth it."""
        count = min(AHEAD, self.left) - len(self.asked)
        if self.is_choked or count <= 0 or count < BATCH and self.left > AHEAD:
            return
        places = [self.again.popleft() if self.again else self.following() for _ in range(count)]
        self.asked.update(places)
        length = self.content.piece_length
        blocks = ((place // length, place % length, min(BLOCK, self.content.size - place)) for place in places)
        self.socket.sendall(b"".join(struct.pack(">IBIII", 13, REQUEST, *block) for block in blocks))

    def following(self):
        place = self.next
        self.next = 0 if place + BLOCK >= self.content.size else place + BLOCK
        return place


class HttpLeecher:
    """One that asks for ranges, one after the other, on the same connection."""

    def __init__(self, options, content, index):
        self.path, self.size = options.path, content.size
        self.left = options.bytes
        self.next = index * content.size // options.count
        self.head, self.skip = b"", 0
        self.socket = dial(options.port, index)
        self.ask()

    def ask(self):
        count = min(RANGE, self.left, self.size - self.next)
        last = self.next + count - 1
        self.next = (last + 1) % self.size
        self.socket.sendall(f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nRange: bytes={last + 1 - count}-{last}\r\n\r\n".encode())

    def take(self, bytes):
        if not self.skip:
            head, end, rest = (self.head + bytes).partition(b"\r\n\r\n")
            if not end:
                self.head = head
                return False
            if b" 206 " not in head.partition(b"\r\n")[0]:
                raise ConnectionError(head.decode(errors="replace"))
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self.head, self.skip, bytes = b"", int(length.partition(b":")[2]), rest
        self.skip -= len(bytes)
        self.left -= len(bytes)
        if self.left > 0 and not self.skip:
            self.ask()
        return self.left <= 0


def dial(port, index):
    """A connection from an address of its own, another one in each run: some programs take but one of each for a while."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(f"127.1.{os.getpid() % 250}.{index + 1}", 0))


if __name__ == "__main__":
    main()
