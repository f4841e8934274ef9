"""Other people's clients, as commands that join a swarm through the tracker of the torrent."""

import json
import os
import shutil
import sys
from pathlib import Path

import trees
from namespace import CLIENT

PORT = 51413
PEER = f"{CLIENT}:{PORT}"
TREE = trees.tree("mixed", {"large": 3_000_001, "folder/small": 40_000, "folder/deep/er/one": 1, "block": 1 << 14})
LIBTORRENT = Path(__file__).with_name("swarm_peers.py")
TRANSMISSION = {
    "bind-address-ipv4": CLIENT,
    "dht-enabled": False,
    "encryption": 0,
    "lpd-enabled": False,
    "pex-enabled": False,
    "port-forwarding-enabled": False,
    "utp-enabled": False,
}


def libtorrent(torrent, folder, scratch):
    """The wheel, in a process of its own."""
    return [sys.executable, LIBTORRENT, torrent, folder, "--address", CLIENT, "--port", PORT]


def transmission(torrent, folder, scratch, *options):
    """It checks what is there before it starts."""
    settings = scratch / "transmission"
    settings.mkdir()
    (settings / "settings.json").write_text(json.dumps(TRANSMISSION))
    return ["transmission-cli", "-g", settings, "-w", folder, "-p", PORT, "-M", *options, torrent]


def aria2(torrent, folder, scratch):
    """It stays a seed until it is ended."""
    where = [f"--dir={folder}", f"--interface={CLIENT}", f"--listen-port={PORT}"]
    alone = ["--no-conf", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false"]
    return ["aria2c", *where, *alone, "--seed-ratio=0", "--check-integrity=true", "--file-allocation=none", torrent]


def rqbit(torrent, folder, scratch):
    """It checks what is there, and stays until it is ended."""
    alone = ["--disable-dht", "--disable-dht-persistence", "--disable-lsd", "--disable-upnp-port-forward"]
    what = ["download", "--disable-http-api", "--overwrite", "-o", folder, torrent]
    return [rqbit_program(), "--listen-ip", CLIENT, "--listen-port", PORT, *alone, *what]


def rqbit_program():
    """Where it is; it takes too long to build to be fetched."""
    return os.environ.get("PIECEWORK_RQBIT") or shutil.which("rqbit")


def files(folder):
    """What of the files of the tree a folder has, with their bytes, whatever a client keeps beside them."""
    paths = {name: folder / TREE.name / name for name in TREE.files}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
