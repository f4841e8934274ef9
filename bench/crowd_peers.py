"""The peers of a crowd: how each program is started as a leecher and as an origin, and how far its copy is."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

LEECHERS = ["fetch", "libtorrent", "transmission", "aria2", "rqbit"]
ORIGINS = ["seed", "seed-plain", "libtorrent", "libtorrent-super", "transmission", "rqbit"]
MIX = ["fetch", "libtorrent", "transmission", "aria2"]
PORT = 6881
REPOSITORY = Path(__file__).resolve().parents[1]
LIBTORRENT = REPOSITORY / "bench/rival/libtorrent_peer.py"
ALONE = ["--disable-dht", "--disable-dht-persistence", "--disable-lsd", "--ipv4-only"]  # rqbit asks the tracker and nobody else
NAMES = ["content", "content.part", ".piecework-*/0"]  # what a file is called until it is whole
TRANSMISSION = {
    "dht-enabled": False,
    "lpd-enabled": False,
    "utp-enabled": False,
    "port-forwarding-enabled": False,
    "preallocation": 0,
    "speed-limit-up-enabled": True,
}


class Peer:
    """A leecher: where its file is, and how much of it was seen to be right."""

    def __init__(self, folder, piece):
        self.folder = folder
        self.piece = piece
        self.right = 0

    def is_right(self, source):
        """Whether all of it is there by now. A piece that was seen to be right is not looked at again."""
        path = next((path for name in NAMES for path in self.folder.glob(name)), None)
        try:
            with path.open("rb") as file:
                while self.is_next_right(source, file):
                    self.right += self.piece
        except (AttributeError, FileNotFoundError):
            return False
        return self.right >= os.fstat(source.fileno()).st_size

    def is_next_right(self, source, file):
        wanted = os.pread(source.fileno(), self.piece, self.right)
        return wanted != b"" and os.pread(file.fileno(), self.piece, self.right) == wanted


class Programs:
    """What runs. All of it ends with this."""

    def __init__(self, options, torrent, content, folder):
        self.options, self.torrent, self.content, self.folder = options, torrent, content, folder
        self.running = []

    def start_leecher(self, place, name):
        """A leecher in a place; its file is followed from then on."""
        folder = self.folder / place.device
        folder.mkdir()
        self.start(place, self.leecher(name, folder))
        return Peer(folder, 1 << 18)

    def start_origin(self, place, name):
        """A seed in a place: it has the content, and a folder for what it keeps beside."""
        (self.folder / place.device).mkdir()
        self.start(place, self.origin(name, place))

    def start(self, place, command):
        log = (self.folder / f"{place.device}.log").open("wb")
        home = self.folder / f"{place.device}.home"
        home.mkdir()
        environment = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        self.running.append(subprocess.Popen(place.command(*command), env=environment, cwd=home, **streams))

    def end(self):
        """Ends all, politely and then not."""
        for process in self.running:
            process.send_signal(signal.SIGKILL)
        for process in self.running:
            process.wait()

    def leecher(self, name, folder):
        kib, torrent = self.options.rate, self.torrent
        quiet = ["--no-conf", "-q", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--disk-cache=0"]
        stay = ["--seed-ratio=0", f"--max-overall-upload-limit={kib}K", "--file-allocation=none", f"--listen-port={PORT}"]
        return {
            "fetch": lambda: [self.options.bin / "fetch", torrent, "-q", "-o", folder, "--port", PORT, "--max-upload", f"{kib}KiB", "--seed-time", "1h"],
            "libtorrent": lambda: [self.options.python, LIBTORRENT, torrent, folder, PORT, kib << 10],
            "transmission": lambda: self.transmission(folder, folder),
            "aria2": lambda: ["aria2c", *quiet, *stay, f"--dir={folder}", torrent],
            "rqbit": lambda: self.rqbit(folder),
        }[name]()

    def origin(self, name, place):
        kib, torrent, folder = self.options.rate, self.torrent, self.content.parent
        seed = [self.options.bin / "seed", torrent, folder, "--port", PORT, "--max-upload", f"{kib}KiB"]
        libtorrent = [self.options.python, LIBTORRENT, torrent, folder, PORT, kib << 10]
        return {
            "seed": lambda: seed,
            "seed-plain": lambda: [*seed, "--hurry"],
            "libtorrent": lambda: [*libtorrent, "seed"],
            "libtorrent-super": lambda: [*libtorrent, "super"],
            "transmission": lambda: self.transmission(self.folder / place.device, folder),
            "rqbit": lambda: self.rqbit(folder),
        }[name]()

    def transmission(self, own, folder):
        settings = own / "transmission"
        settings.mkdir()
        kilobytes = round(self.options.rate * 1.024)
        (settings / "settings.json").write_text(json.dumps(TRANSMISSION | {"speed-limit-up": kilobytes}))
        return ["transmission-cli", "-g", settings, "-p", PORT, "-u", kilobytes, "-M", "-w", folder, self.torrent]

    def rqbit(self, folder):
        listen = ["-v", "error", "--listen-ip", "0.0.0.0", "--listen-port", PORT, "--disable-upnp-port-forward"]
        limit = ["--ratelimit-upload", self.options.rate << 10]
        return [self.options.rqbit, *listen, *limit, *ALONE, "download", "--disable-http-api", "--overwrite", "-o", folder, self.torrent]


def missing(options):
    """The programs that are asked for and not here."""
    asked = {*options.leechers, *(name for origins in options.origins for name in origins)}
    asked |= set(MIX) if "mix" in asked else set()
    programs = {"aria2": "aria2c", "transmission": "transmission-cli"}
    found = {name: options.rqbit if name == "rqbit" else shutil.which(programs.get(name, "sh")) for name in asked}
    return sorted(name for name, path in found.items() if not path)
