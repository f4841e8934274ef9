"""Makes, checks and shows torrents with torf's library: its command line can't be told an exact piece length."""

import json
import sys

import torf


def create(path, piece_length, threads, out):
    """All threads that it is given hash."""
    torrent = torf.Torrent(path=path, created_by=None, creation_date=None)
    torrent.piece_size_max = max(int(piece_length), torrent.piece_size_max)
    torrent.piece_size = int(piece_length)
    torrent.generate(threads=int(threads))
    torrent.write(out)


def verify(torrent, path, threads):
    """Stops with an error at what is wrong."""
    torf.Torrent.read(torrent).verify(path, threads=int(threads))


def inspect(torrent):
    """All that `inspect-torrent --json` would say of files."""
    read = torf.Torrent.read(torrent)
    files = [{"path": str(file), "length": file.size} for file in read.files]
    shown = {"name": read.name, "info_hash_v1": read.infohash, "piece_length": read.piece_size, "files": files}
    json.dump(shown, sys.stdout)


def show_version():
    """The library's."""
    print("torf", torf.__version__)


if __name__ == "__main__":
    {"create": create, "verify": verify, "inspect": inspect, "version": show_version}[sys.argv[1]](*sys.argv[2:])
