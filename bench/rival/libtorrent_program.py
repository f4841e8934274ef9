"""Makes, checks and shows torrents with the Python wheel of libtorrent, as a program that a benchmark can time."""

import os
import sys
import time

import libtorrent as lt

FLAGS = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}


def create(path, piece_length, protocol, out):
    """Libtorrent's own way to add files and hash them: one thread."""
    creator = lt.create_torrent(lt.list_files(path), int(piece_length), FLAGS[protocol])
    lt.set_piece_hashes(creator, os.path.dirname(path))
    with open(out, "wb") as file:
        file.write(lt.bencode(creator.generate()))


def verify(torrent, path, threads):
    """A session that talks to nobody hashes what is there."""
    nobody = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp"], False)
    session = lt.session({"listen_interfaces": "", "hashing_threads": int(threads), "alert_mask": 0, **nobody})
    params = lt.load_torrent_file(torrent)
    params.save_path = os.path.dirname(path)
    # Upload mode: what is bad is not fetched, and nothing is written.
    params.flags |= lt.torrent_flags.upload_mode
    params.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    handle = session.add_torrent(params)
    waiting = (lt.torrent_status.states.checking_files, lt.torrent_status.states.checking_resume_data)
    while (status := handle.status()).state in waiting:
        time.sleep(0.005)
    # Ending a session in order takes seconds, which are not part of the check.
    sys.stdout.flush()
    os._exit(0 if status.is_seeding else 1)


def inspect(torrent):
    """All that `inspect-torrent --json` would say of files."""
    info = lt.torrent_info(torrent)
    files = info.layout() if hasattr(info, "layout") else info.files()
    print(info.info_hashes().v1, info.name(), info.piece_length(), info.num_pieces())
    for index in range(files.num_files()):
        print(files.file_path(index), files.file_size(index), files.file_offset(index))


def show_version():
    """The wheel's."""
    print("libtorrent", lt.__version__)


if __name__ == "__main__":
    {"create": create, "verify": verify, "inspect": inspect, "version": show_version}[sys.argv[1]](*sys.argv[2:])
