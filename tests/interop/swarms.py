"""Seeders and leechers to meet: libtorrent on loopback, and folders compared byte by byte."""

import time
from contextlib import contextmanager
from pathlib import Path

import libtorrent

PATIENCE = 60  # seconds for what takes one
UNWRITTEN = 16 << 20  # bytes of whole pieces of one peer or web seed that fetch may have, or two pieces

SETTINGS = {
    "alert_mask": 0,
    "allow_multiple_connections_per_ip": True,
    "enable_dht": False,
    "enable_incoming_utp": False,
    "enable_lsd": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_upnp": False,
    "in_enc_policy": 2,
    "listen_interfaces": "127.0.0.1:0",
    "out_enc_policy": 2,
    "unchoke_slots_limit": -1,
}


class Seeder:
    """A libtorrent session that has torrents whole, and gives no more than so many bytes a second of them.

    It reads its disk with so many threads. With more than one it does not answer in the order in which it is asked.
    """

    def __init__(self, rate=0, threads=10):
        limits = {"upload_rate_limit": rate, "rate_limit_ip_overhead": False, "aio_threads": threads}
        self.session = libtorrent.session(SETTINGS | limits)
        # Peers on this machine are exempt from limits unless this is said.
        classes = libtorrent.ip_filter()
        classes.add_rule("0.0.0.0", "255.255.255.255", 1 << 0)
        self.session.set_peer_class_filter(classes)
        self.handles = []

    @property
    def peer(self):
        """How `--peer` names it."""
        return f"127.0.0.1:{self.session.listen_port()}"

    def add(self, torrent, folder):
        """Seed what lies in a folder; returns when all of it is checked."""
        handle = self.session.add_torrent(parameters(torrent, folder))
        wait_for(lambda: handle.status().is_seeding, handle)
        self.handles.append(handle)
        return self

    def uploaded(self):
        """Payload bytes given so far, of all torrents."""
        return sum(handle.status().total_payload_upload for handle in self.handles)


def taken(seeders):
    """Payload bytes that others have read of what these gave so far, once that stands still; give or take what is said beside."""
    ports = {seeder.session.listen_port() for seeder in seeders}
    counts = [None]
    while len(counts) < 4 or len(set(counts[-3:])) > 1:
        time.sleep(0.02)
        counts.append(sum(seeder.uploaded() for seeder in seeders) - unread(ports))
    return counts[-1]


def unread(ports):
    """Bytes that lie in the sockets between these ports and those who read from them."""
    count = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        sending, received = (int(queue, 16) for queue in queues.split(":"))
        count += sending if int(local.split(":")[1], 16) in ports else 0
        count += received if int(remote.split(":")[1], 16) in ports else 0
    return count


@contextmanager
def seeding(torrent, folder, **limits):
    """A seeder of one torrent, gone at the end."""
    seeder = Seeder(**limits).add(torrent, folder)
    try:
        yield seeder
    finally:
        del seeder


def leech(torrent, folder, peer=None):
    """Let libtorrent download a torrent from one peer, or from whomever the torrent leads to."""
    session = libtorrent.session(SETTINGS)
    handle = session.add_torrent(parameters(torrent, folder))
    if peer:
        host, port = peer.rsplit(":", 1)
        handle.connect_peer((host, int(port)))
    wait_for(lambda: handle.status().is_seeding, handle)


def leech_link(link, folder):
    """Let libtorrent download by a magnet link, from the peers that it names."""
    session = libtorrent.session(SETTINGS)
    wanted = libtorrent.parse_magnet_uri(link)
    wanted.save_path = str(folder)
    handle = session.add_torrent(wanted)
    wait_for(lambda: handle.status().is_seeding, handle)


def parameters(torrent, folder):
    """How a session is told of a torrent."""
    params = libtorrent.load_torrent_file(str(torrent))
    # Of a v2 tree that holds one file and nothing else, nobody can say whether that file lay in a folder.
    first = params.ti.layout().file_path(0)
    inner = [] if (folder / first).exists() else list(folder.glob(f"*/{first}"))
    params.save_path = str(inner[0].parent if inner else folder)
    params.flags &= ~(libtorrent.torrent_flags.paused | libtorrent.torrent_flags.auto_managed)
    return params


def wait_for(is_so, handle):
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        status = handle.status()
        assert not status.errc.value(), status.errc.message()
        assert time.monotonic() < deadline, f"not done in {PATIENCE} s: {status.state}, {status.progress:.0%}"
        time.sleep(0.01)


def tree_of(folder):
    """Everything in a folder: files with their bytes, folders and links."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = path.readlink()
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found
