"""Twelve nodes of the DHT, each at an address of its own, which know each other and nobody else: libtorrent.

    dht_nodes.py FAMILY [--seed TORRENT FOLDER] [--fetch HASH FOLDER]

FAMILY is 4 or 6; `address` tells the addresses, which must be there. Prints `ready` when all know others and the seed can be found, and
`complete` when what is fetched is there; goes on until standard input is closed.
"""

import argparse
import socket
import sys
import threading
import time

import libtorrent as lt

from namespace import PATIENCE

COUNT = 12
PORT = 6881
SETTINGS = {
    "enable_dht": True,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_ignore_dark_internet": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.dht_notification | lt.alert.category_t.dht_operation_notification,
}


def address(family, number):
    """That of a node, in a network of its own; those after the nodes' are for others."""
    return f"51.{number}.0.1" if family == 4 else f"2600:{number:x}::1"


def endpoint(family, number=1):
    """Where a node is."""
    host = address(family, number)
    return f"[{host}]:{PORT}" if family == 6 else f"{host}:{PORT}"


def compact(number):
    """Where a node is, as BEP 5 writes it; of IPv4."""
    return socket.inet_aton(address(4, number)) + PORT.to_bytes(2, "big")


def node(family, number):
    """One that begins with the first."""
    first = endpoint(family) if number > 1 else ""
    return lt.session(SETTINGS | {"listen_interfaces": endpoint(family, number), "dht_bootstrap_nodes": first})


def add(session, parameters, folder):
    parameters.save_path = folder
    return session.add_torrent(parameters)


def until(is_so, what):
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.1)


def heard(session, kind):
    """Whether such an alert has come since this was asked last."""
    return any(isinstance(alert, kind) for alert in session.pop_alerts())


def is_found(session, handle):
    """Whether a node that knows nothing of it finds a torrent that another has announced."""
    handle.force_dht_announce()
    session.dht_get_peers(handle.info_hash())
    time.sleep(0.5)
    return any(alert.num_peers() > 0 for alert in session.pop_alerts() if isinstance(alert, lt.dht_get_peers_reply_alert))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", type=int, choices=[4, 6])
    parser.add_argument("--seed", nargs=2)
    parser.add_argument("--fetch", nargs=2)
    args = parser.parse_args()
    nodes = [node(args.family, number) for number in range(1, COUNT + 1)]
    for session in nodes[1:]:
        until(lambda session=session: heard(session, lt.dht_bootstrap_alert), "the nodes do not find each other")
    if args.seed:
        parameters = lt.add_torrent_params()
        parameters.ti = lt.torrent_info(args.seed[0])
        handle = add(nodes[5], parameters, args.seed[1])
        until(lambda: handle.status().is_seeding, "no seed")
        until(lambda: is_found(nodes[10], handle), "nobody finds the seed")
    print("ready", flush=True)
    if args.fetch:
        handle = add(nodes[9], lt.parse_magnet_uri(f"magnet:?xt=urn:btih:{args.fetch[0]}"), args.fetch[1])
        until(lambda: handle.status().is_seeding, "not found, or not complete")
        print("complete", flush=True)
    threading.Thread(target=sys.stdin.read).run()
    del nodes


if __name__ == "__main__":
    main()
