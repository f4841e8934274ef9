"""Peers that make others keep as much for them as the protocol lets them, and give nothing."""

import itertools
import socket
import struct
import threading

HANDSHAKE = 68
BLOCK = 1 << 14
LONGEST = 32 << 10
PATIENCE = 60


class GraspingPeers:
    """One listener on an address of its own for each peer: bans and limits are by address."""

    def __init__(self, count):
        self.stopped = threading.Event()
        self.listeners = [socket.create_server((f"127.0.{1 + i // 200}.{1 + i % 200}", 0)) for i in range(count)]
        for listener, manner in zip(self.listeners, itertools.cycle(MANNERS)):
            threading.Thread(target=self.serve, args=(listener, manner), daemon=True).start()

    @property
    def addresses(self):
        """How `--peer` names them."""
        return ["{}:{}".format(*listener.getsockname()) for listener in self.listeners]

    def serve(self, listener, manner):
        """Grasp at everybody who connects, until it is over."""
        while not self.stopped.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(PATIENCE)
                try:
                    greet(peer)
                    manner(peer)
                    self.stopped.wait(PATIENCE)
                except OSError:
                    pass

    def stop(self):
        """No more of them."""
        self.stopped.set()
        for listener in self.listeners:
            listener.close()


def greet(peer):
    """The handshake of a seed with extensions, which unchokes and wants everything."""
    theirs = b""
    while len(theirs) < HANDSHAKE:
        more = peer.recv(HANDSHAKE - len(theirs))
        if not more:
            raise ConnectionError
        theirs += more
    identity = b"-XX0001-%012d" % peer.fileno()
    peer.sendall(theirs[:20] + b"\0\0\0\0\0\x10\0\x04" + theirs[28:48] + identity)
    peer.sendall(message(14) + message(1) + message(2))


def message(number, body=b""):
    return struct.pack(">IB", 1 + len(body), number) + body


def begin_long_message(peer):
    """All but the last byte of the longest extended message that fetch reads."""
    peer.sendall(message(20, b"\x09" + b"x" * LONGEST)[:-1])


def ask_and_take_nothing(peer):
    """As many requests as are read, and no byte of the answers."""
    requests = message(6, struct.pack(">III", 0, 0, BLOCK)) * 3000
    while True:
        peer.sendall(requests)


def begin_block(peer):
    """Most of a block that nobody asked for."""
    peer.sendall((message(7, struct.pack(">II", 0, 0) + b"x" * BLOCK))[:-100])


def talk(peer):
    """Long messages without a meaning, one after the other."""
    while True:
        peer.sendall(message(20, b"\x09" + b"x" * (LONGEST - 2000)))


def ask_for_metadata(peer):
    """Requests of 31 bytes whose answers are the longest that there are, and no byte of those is taken."""
    peer.sendall(message(20, b"\0d1:md11:ut_metadatai3eee"))
    while True:
        peer.sendall(message(20, b"\1d8:msg_typei0e5:piecei0ee") * 100)


MANNERS = [begin_long_message, ask_and_take_nothing, begin_block, talk, ask_for_metadata]
