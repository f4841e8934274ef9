"""Seeds a torrent with libtorrent's own settings until its standard input is closed. Arguments: torrent, folder, port."""

import sys

import libtorrent as lt

NOBODY = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_incoming_utp", "enable_outgoing_utp"], False)
torrent, folder, port = sys.argv[1:]
session = lt.session(NOBODY | {"listen_interfaces": f"127.0.0.1:{port}", "alert_mask": 0})
params = lt.load_torrent_file(torrent)
params.save_path = folder
params.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
session.add_torrent(params)
sys.stdin.read()
