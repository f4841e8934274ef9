"""What other programs say: libtorrent, mktorrent, torf and Transmission."""

import subprocess
import time

import libtorrent
import torf

import bep52

PATIENCE = 60  # seconds for a check that takes one


def libtorrent_v1(path, piece_length):
    """The v1 info hash by libtorrent, which is given the files in our order and so sorts nothing."""
    entries = [
        libtorrent.create_file_entry(b"/".join([path.name.encode(), *file.path]).decode(), len(file.content))
        for file in bep52.read_files(bytes(path))
    ]
    creator = libtorrent.create_torrent(entries, piece_length, libtorrent.create_torrent.v1_only)
    libtorrent.set_piece_hashes(creator, str(path.parent))
    return str(libtorrent.torrent_info(creator.generate()).info_hashes().v1)


def mktorrent_v1(path, piece_length, out):
    """The v1 info hash by mktorrent, which sorts by whole path."""
    exponent = str(piece_length.bit_length() - 1)
    subprocess.run(["mktorrent", "-d", "-l", exponent, "-o", out, path], check=True, capture_output=True)
    return bep52.parse(out.read_bytes()).v1


def torf_v1(path, piece_length):
    """The v1 info hash by torf, which drops hidden and empty files."""
    torrent = torf.Torrent(path=path, piece_size=piece_length)
    torrent.generate()
    return torrent.infohash


def transmission_v1(torrent):
    """The v1 info hash that Transmission reads out of a .torrent."""
    shown = subprocess.run(["transmission-show", torrent], check=True, capture_output=True, text=True).stdout
    return next(line.split()[1] for line in shown.splitlines() if line.strip().startswith("Hash"))


def libtorrent_hashes(data):
    """The v1 and v2 info hashes (None where there is none) that libtorrent reads out of a .torrent."""
    hashes = libtorrent.torrent_info(libtorrent.bdecode(data)).info_hashes()
    return str(hashes.v1) if hashes.has_v1() else None, str(hashes.v2) if hashes.has_v2() else None


def quiet_session():
    """A libtorrent session that talks to nobody."""
    nobody = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp"], False)
    return libtorrent.session({"listen_interfaces": "127.0.0.1:0", "alert_mask": 0, **nobody})


def libtorrent_accepts(session, data, root):
    """Whether libtorrent finds the torrent's data complete at `root` when it hashes all of it."""
    return libtorrent_status(session, data, root).is_seeding


def libtorrent_status(session, data, root):
    """What libtorrent knows of the torrent's data at `root` once it has hashed all of it. It may write there."""
    params = libtorrent.load_torrent_buffer(data)
    # Of a v2 tree that holds one file and nothing else, nobody can say whether that file lay in a folder.
    in_folder = params.ti.layout().file_path(0).startswith(f"{root.name}/")
    params.save_path = str(root.parent if in_folder or root.is_file() else root)
    params.flags &= ~(libtorrent.torrent_flags.paused | libtorrent.torrent_flags.auto_managed)
    handle = session.add_torrent(params)
    try:
        return checked_status(handle)
    finally:
        session.remove_torrent(handle)


def checked_status(handle):
    """The torrent's status once libtorrent has looked at all the data."""
    states = libtorrent.torrent_status.states
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status = handle.status()
        assert not status.errc.value(), status.errc.message()
        if status.state not in (states.checking_files, states.checking_resume_data):
            return status
        time.sleep(0.01)
    raise AssertionError(f"libtorrent was not done in {PATIENCE} s: {status.state}, {status.progress:.0%}")
