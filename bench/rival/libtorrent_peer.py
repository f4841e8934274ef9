"""A peer of libtorrent that fetches, or has all, and stays: `libtorrent_peer.py TORRENT FOLDER PORT BYTES_A_SECOND [seed | super]`."""

import sys
import time

import libtorrent as lt

NOBODY = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_incoming_utp", "enable_outgoing_utp"], False)


def main():
    torrent, folder, port, rate, *role = sys.argv[1:]
    limits = {"upload_rate_limit": int(rate), "rate_limit_ip_overhead": False, "listen_interfaces": f"0.0.0.0:{port}"}
    session = lt.session(NOBODY | limits | {"alert_mask": 0})
    parameters = lt.load_torrent_file(torrent)
    parameters.save_path = folder
    parameters.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
    parameters.flags |= lt.torrent_flags.seed_mode if role else lt.torrent_flags.update_subscribe
    parameters.flags |= lt.torrent_flags.super_seeding if role == ["super"] else lt.torrent_flags.update_subscribe
    session.add_torrent(parameters)
    time.sleep(10_000)


if __name__ == "__main__":
    main()
