"""A session of libtorrent that does what lines of standard input say, and prints a line of figures for each: as `bench-idle session`."""

import json
import os
import sys
import time
from pathlib import Path

import libtorrent as lt

NOBODY = dict.fromkeys(["enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_incoming_utp", "enable_outgoing_utp"], False)
ALERTS = lt.alert.category_t.status_notification
NO_LIMITS = {"min_announce_interval": 30, "connections_limit": 4000, "active_checking": 4, "max_concurrent_http_announces": 50}
QUEUE = {"alert_mask": ALERTS, "alert_queue_size": 100_000}
folder = Path(sys.argv[1])


def main():
    session = lt.session(NOBODY | NO_LIMITS | QUEUE | {"listen_interfaces": "127.0.0.1:0"})
    handles = {}
    for line in sys.stdin:
        began, used = time.monotonic(), time.process_time()
        word, *numbers = line.split()
        numbers = list(map(int, numbers))
        if word == "add":
            handles |= {number: add(session, number) for number in range(*numbers)}
            wait(session, {"torrent_finished_alert"}, numbers[1] - numbers[0])
        elif word == "offer":
            handles |= {number: add(session, number, lt.torrent_flags.seed_mode) for number in range(*numbers)}
            wait(session, {"add_torrent_alert"}, numbers[1] - numbers[0])
        elif word == "remove":
            for number in range(*numbers):
                session.remove_torrent(handles.pop(number))
            wait(session, {"torrent_removed_alert"}, numbers[1] - numbers[0])
        else:
            time.sleep(numbers[0])
        figures = {"seconds": time.monotonic() - began, "cpu": time.process_time() - used, "memory": memory()}
        print(json.dumps(figures | {"descriptors": len(os.listdir("/proc/self/fd")) - 1, "port": session.listen_port()}), flush=True)


def add(session, number, flags=0):
    parameters = lt.load_torrent_file(str(folder / f"{number}.torrent"))
    parameters.save_path = str(folder)
    parameters.flags = parameters.flags & ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed) | flags
    return session.add_torrent(parameters)


def wait(session, kinds, count):
    while count > 0:
        session.wait_for_alert(60_000)
        count -= sum(alert.what() in kinds or type(alert).__name__ in kinds for alert in session.pop_alerts())


def memory():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) << 10


if __name__ == "__main__":
    main()
