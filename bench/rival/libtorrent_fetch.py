"""Downloads a torrent with libtorrent and ends. Arguments: torrent, folder, ports of peers on this machine; `--rc4` first encrypts all."""

import sys
import time

import libtorrent as lt

NOBODY = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_incoming_utp", "enable_outgoing_utp"], False)
RC4 = {"in_enc_policy": 0, "out_enc_policy": 0, "allowed_enc_level": 2}
encrypts = sys.argv[1] == "--rc4"
torrent, folder, *ports = sys.argv[1 + encrypts :]
session = lt.session(NOBODY | {"listen_interfaces": "127.0.0.1:0", "out_enc_policy": 2, "in_enc_policy": 2, "allow_multiple_connections_per_ip": True, "alert_mask": 0} | (RC4 if encrypts else {}))
params = lt.load_torrent_file(torrent)
params.save_path = folder
params.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
handle = session.add_torrent(params)
for port in ports:
    handle.connect_peer(("127.0.0.1", int(port)))
while not handle.status().is_seeding:
    time.sleep(0.02)
# Until all is written: the session's end waits for that.
del session
