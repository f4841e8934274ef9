"""What a torrent says, by each program that reads it, under the same keys; a program tells some of them or all."""

import re
import subprocess

import libtorrent

# Transmission prints names and comments as they are, line breaks and its own headings included: what stands between is
# found by the lines about it, which come in this order.
SHOWN = re.compile(
    r"\nGENERAL\n\n  Name: (?P<name>.*?)\n  Hash: (?P<v1>[0-9a-f]{40})\n"
    r".*\n  Piece Count: (?P<pieces>\d+)\n  Piece Size: [^\n]*\n  Total Size: [^\n]*\n"
    r"  Privacy: (?P<privacy>Private|Public) torrent\n"
    r"\nTRACKERS\n(?P<trackers>.*?)(?:\nWEBSEEDS\n\n(?P<web_seeds>.*?))?\nFILES\n",
    re.DOTALL,
)


def of_inspect_torrent(said):
    """Of one line of `inspect-torrent --json`."""
    top = "" if said["single_file"] else f"{text(said['name'])}/"
    return {
        "name": text(said["name"]),
        "v1": said.get("info_hash_v1"),
        "v2": said.get("info_hash_v2"),
        "piece_length": said["piece_length"],
        "pieces": said["pieces"],
        "private": said["private"],
        "size": said["size"],
        "file_count": said["file_count"],
        "sizes": [file["length"] for file in said["files"]],
        "paths": [top + text(file["path"]) for file in said["files"]],
        "trackers": said.get("trackers", []),
        "web_seeds": as_used(said.get("web_seeds", []), bool(top)),
        "nodes": said.get("nodes", []),
        "comment": text(said.get("comment", "")),
        "created_by": text(said.get("created_by", "")),
        "creation_date": said.get("creation_date", 0),
    }


def text(value):
    """A name from JSON. One that is not UTF-8 is an object there."""
    return value if isinstance(value, str) else value["text"]


def as_used(web_seeds, folder):
    """What a client makes of web seeds: each once, spaces escaped, and as BEP 19 says a slash after a folder."""
    slash = "/" if folder else ""
    return list(dict.fromkeys(url.removesuffix(slash).replace(" ", "%20") + slash for url in web_seeds))


def of_libtorrent(data):
    """Of libtorrent, whose pad files are left out, as ours are."""
    params = libtorrent.load_torrent_buffer(data)
    info, layout = params.ti, params.ti.layout()
    pad = libtorrent.file_flags_t.flag_pad_file
    files = [index for index in range(layout.num_files()) if not layout.file_flags(index) & pad]
    sizes = [layout.file_size(index) for index in files]
    v1, v2 = hashes(info.info_hashes())
    return {
        "name": info.name(),
        "v1": v1,
        "v2": v2,
        "piece_length": info.piece_length(),
        "pieces": info.num_pieces(),
        "private": info.priv(),
        "size": sum(sizes),
        "file_count": len(files),
        "sizes": sizes,
        "paths": [layout.file_path(index) for index in files],
        "trackers": in_tiers(params.trackers, params.tracker_tiers),
        "web_seeds": params.url_seeds,
        "nodes": [address(*node) for node in params.dht_nodes],
        "comment": params.comment,
        "created_by": params.created_by,
        "creation_date": params.creation_date,
    }


def hashes(both):
    """The v1 and v2 info hash out of libtorrent's pair, None for one that is not there."""
    return str(both.v1) if both.has_v1() else None, str(both.v2) if both.has_v2() else None


def address(host, port):
    """Host and port in the one notation."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def in_tiers(urls, tiers):
    """The list of lists that two parallel lists amount to."""
    return [[url for url, its in zip(urls, tiers, strict=True) if its == tier] for tier in sorted(set(tiers))]


def of_transmission(path):
    """Of transmission-show, None where it refuses the torrent."""
    done = subprocess.run(["transmission-show", path], check=False, capture_output=True)
    if done.returncode:
        return None
    shown = SHOWN.search(done.stdout.decode(errors="replace"))
    return {
        "name": shown["name"],
        "v1": shown["v1"],
        "pieces": int(shown["pieces"]),
        "private": shown["privacy"] == "Private",
        "trackers": [tier.split() for tier in re.split(r"  Tier #\d+\n", shown["trackers"])[1:]],
        "web_seeds": (shown["web_seeds"] or "").split(),
    }


def differing(ours, theirs):
    """Of the keys that the other program tells, those where it says something else."""
    return {key: (ours[key], value) for key, value in theirs.items() if ours[key] != value}
