"""A seeder to fetch from: libtorrent on loopback, its data checked before it says that it is ready.

    swarm_peers.py TORRENT FOLDER [--port N] [--address IP] [--upload-limit BYTES]

Prints `ready PORT` and seeds until its standard input is closed.
"""

import argparse
import sys
import threading
import time

import libtorrent as lt

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


def session(address, port, **more):
    """A session that talks TCP on one address, in the clear."""
    return lt.session(SETTINGS | {"listen_interfaces": f"{address}:{port}"} | more)


def seed(torrent, folder, address="127.0.0.1", port=0, upload_limit=0, seconds=600):
    """Starts to seed `torrent`, whose content lies in `folder`; returns the session and its port once all is checked."""
    seeder = session(address, port, upload_rate_limit=upload_limit)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("torrent")
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--upload-limit", type=int, default=0)
    args = parser.parse_args()
    seeder, port = seed(args.torrent, args.folder, args.address, args.port, args.upload_limit)
    print("ready", port, flush=True)
    threading.Thread(target=sys.stdin.read).run()
    del seeder


if __name__ == "__main__":
    main()
