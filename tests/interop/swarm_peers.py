"""A peer to meet: libtorrent on loopback, its data checked before it says that it is ready.

    swarm_peers.py TORRENT FOLDER [--port N] [--address IP] [--upload-limit BYTES]
                   [--leech] [--peer HOST:PORT] [--download-limit BYTES] [--lsd] [--rc4]

Prints `ready PORT` and stays until its standard input is closed. A leecher has nothing at first, and prints `done` when it has all, or `late`.
"""

import argparse
import sys
import threading
import time

import libtorrent as lt

PATIENCE = 60  # seconds for what takes one

SETTINGS = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": 2,
    "out_enc_policy": 2,
    "unchoke_slots_limit": -1,
    "allow_multiple_connections_per_ip": True,
    "send_buffer_watermark": 8 << 20,
    "max_allowed_in_request_queue": 4000,
    "alert_mask": lt.alert.category_t.status_notification,
}


# Streams are encrypted, and all that is said on them.
RC4 = {"in_enc_policy": 0, "out_enc_policy": 0, "allowed_enc_level": 2}


def session(address, port, **more):
    """A session that talks TCP on one address, in the clear if nothing else is said."""
    return lt.session(SETTINGS | {"listen_interfaces": f"{address}:{port}"} | more)


def seed(torrent, folder, address="127.0.0.1", port=0, upload_limit=0, seconds=600, **more):
    """Starts to seed `torrent`, whose content lies in `folder`; returns the session and its port once all is checked."""
    seeder = session(address, port, upload_rate_limit=upload_limit, **more)
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(str(torrent))
    parameters.save_path = str(folder)
    handle = seeder.add_torrent(parameters)
    end = time.monotonic() + seconds
    while not handle.status().is_seeding:
        if time.monotonic() > end:
            raise TimeoutError(f"not a seed after {seconds} s: {handle.status().state}")
        time.sleep(0.05)
    return seeder, seeder.listen_port()


def leech(torrent, folder, address, port, peer, **more):
    """Starts to download `torrent` into `folder`, from a peer or whoever is found; returns the session and the torrent in it."""
    leecher = session(address, port, **more)
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(str(torrent))
    parameters.save_path = str(folder)
    handle = leecher.add_torrent(parameters)
    if peer:
        host, _, number = peer.rpartition(":")
        handle.connect_peer((host, int(number)))
    return leecher, handle


def stay(handle):
    """Says when all is there, and waits for the end of standard input."""

    def watch():
        end = time.monotonic() + PATIENCE
        while not handle.status().is_seeding and time.monotonic() < end:
            time.sleep(0.05)
        print("done" if handle.status().is_seeding else "late", flush=True)

    threading.Thread(target=watch, daemon=True).start()
    sys.stdin.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("torrent")
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--upload-limit", type=int, default=0)
    parser.add_argument("--leech", action="store_true")
    parser.add_argument("--peer")
    parser.add_argument("--download-limit", type=int, default=0)
    parser.add_argument("--lsd", action="store_true")
    parser.add_argument("--rc4", action="store_true")
    args = parser.parse_args()
    encryption = RC4 if args.rc4 else {}
    if args.leech:
        limits = {"download_rate_limit": args.download_limit, "enable_lsd": args.lsd} | encryption
        leecher, handle = leech(args.torrent, args.folder, args.address, args.port, args.peer, **limits)
        print("ready", leecher.listen_port(), flush=True)
        stay(handle)
        return
    seeder, port = seed(args.torrent, args.folder, args.address, args.port, args.upload_limit, enable_lsd=args.lsd, **encryption)
    print("ready", port, flush=True)
    threading.Thread(target=sys.stdin.read).run()
    del seeder


if __name__ == "__main__":
    main()
