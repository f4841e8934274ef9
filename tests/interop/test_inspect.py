"""inspect-torrent says of a torrent what libtorrent and Transmission say: here of those that make-torrent writes."""

import json

import libtorrent
import pytest

import facts
import trees

FOLDER = next(tree for tree in trees.FOLDERS if tree.name == "edges")
KINDS = {
    "v1": [],
    "aligned": ["--align"],
    "v2": ["--protocol", "v2"],
    "hybrid": ["--protocol", "hybrid"],
}
# Debian's Transmission, 3.00, is older than BEP 52 and reads no hybrid either.
READ_BY_TRANSMISSION = ["v1", "aligned"]

URLS = {
    "folder": ["http://a.example/files/", "https://b.example:8443/with%20space/?key=1&x=%C3%BC/"],
    "file": ["http://a.example/file.bin", "https://b.example:8443/with%20space/?key=1&x=%C3%BC"],
}
DRESSES = {
    "bare": [],
    "tracker": ["-a", "http://one.example/announce"],
    "tiers": ["-a", "http://b.example/a,http://a.example/a,udp://c.example:1", "-a", "https://[2001:db8::1]:8443/x?key=%20"],
    "many tiers": [option for i in range(20) for option in ("-a", f"udp://{i}.example:6969/announce,http://{i}.example/")],
    "private": ["-p", "-a", "http://one.example/announce"],
    "comment": ["-c", "two\nlines, of “what”\n  Piece Count: 7\n\nFILES\n", "--created-by", "ü", "--date", "1700000000"],
    "other keys": ["-s", "SRC", "--node", "node.example:6881", "--http-seed", "http://h.example/s", "--collection", "c"],
}  # fmt: skip

# Names that libtorrent alters, for the sake of file systems and terminals that would choke on them. JSON has them exact.
LIBTORRENT_ALTERS = {
    "new\nline": "new_line",
    "tab\there": "tab_here",
    "\x1b[31m": "_[31m",
    "\x7f": "_",
    "\x85next line": "_next line",
    "\u202ereversed": "reversed",
    "\u200bzero width": "zero width",
    "back\\slash": "backslash",
    "long " * 51: ("long " * 51)[:240],
}
NAMES = list(dict.fromkeys([*trees.NAMES, *trees.WILD_NAMES, *LIBTORRENT_ALTERS]))


def by_name(tree):
    """Makes a test's name readable."""
    return tree.name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree", trees.NAMED + [trees.random_tree(seed, 32 * 1024) for seed in range(20)], ids=by_name)
def test_trees(tree, kind, data, make, inspect):
    torrent = make.torrent(tree.plant(data), "-l", "32KiB", *KINDS[kind])
    if kind == "v2" and is_file_in_folder(tree):
        # BEP 52 has no sign for this folder but the torrent's name, which libtorrent then takes from the file.
        judge(inspect, torrent, kind, name=next(iter(tree.files)), paths=list(tree.files))
    else:
        judge(inspect, torrent, kind)


def is_file_in_folder(tree):
    """Whether all there is in the folder is a file."""
    path = next(iter(tree.files))
    return len(tree.files) == 1 and path != "" and "/" not in path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("tree", [FOLDER, trees.SINGLE_FILE], ids=by_name)
def test_what_stands_beside_the_files(tree, dress, kind, data, make, inspect):
    judge(inspect, make.torrent(tree.plant(data), *KINDS[kind], *DRESSES[dress]), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tree, urls", [(FOLDER, URLS["folder"]), (trees.SINGLE_FILE, URLS["file"])], ids=list(URLS))
def test_web_seeds(tree, urls, kind, data, make, inspect):
    """One web seed may stand in the torrent as a string, several are a list."""
    root = tree.plant(data)
    for count in (1, 2):
        seeds = [option for url in urls[:count] for option in ("-w", url)]
        torrent = make.torrent(root, *KINDS[kind], *seeds)
        if kind == "v2" and tree is trees.SINGLE_FILE:
            # BEP 19 adds a slash for a folder; libtorrent does it to whatever is v2 and nothing else.
            judge(inspect, torrent, kind, web_seeds=[f"{url}/" for url in urls[:count]])
        else:
            judge(inspect, torrent, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_odd_names(name, kind, data, make, inspect):
    torrent = make.torrent(trees.SINGLE_FILE.plant(data), f"--name={name}", *KINDS[kind])
    ours = facts.of_inspect_torrent(inspect.json(torrent))
    altered = LIBTORRENT_ALTERS.get(name, name)
    assert facts.of_libtorrent(torrent.read_bytes()) == {**ours, "name": altered, "paths": [altered]}
    assert ours["name"] == name
    if kind in READ_BY_TRANSMISSION:
        assert facts.differing(ours, facts.of_transmission(torrent)) == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dress", ["bare", "tracker", "tiers"])
def test_libtorrent_reads_our_magnet_links(dress, kind, data, make, inspect):
    torrent = make.torrent(FOLDER.plant(data), "-w", URLS["folder"][1], *KINDS[kind], *DRESSES[dress])
    ours = facts.of_inspect_torrent(inspect.json(torrent))
    outcome = inspect("--magnet", "--peer", "192.0.2.1:6881", "--peer", "[2001:db8::1]:1", "--select", "1,3-4", torrent)
    assert outcome.code == 0, outcome
    read = libtorrent.parse_magnet_uri(outcome.stdout.strip())
    assert facts.hashes(read.info_hashes) == (ours["v1"], ours["v2"])
    assert read.name == ours["name"]
    # A magnet link has no tiers.
    assert read.trackers == [url for tier in ours["trackers"] for url in tier]
    assert read.url_seeds == ours["web_seeds"]
    assert read.peers == [("192.0.2.1", 6881), ("2001:db8::1", 1)]
    assert [index for index, priority in enumerate(read.file_priorities) if priority] == [1, 3, 4]


def test_many_at_once(data, make, inspect):
    """One line each, in the order asked for, and a bad one in their midst stops nothing."""
    torrents = [make.torrent(tree.plant(data)) for tree in trees.SINGLE_FILES + trees.FOLDERS]
    bad = data / "bad.torrent"
    bad.write_bytes(b"d4:info")
    outcome = inspect("--json", *torrents[:3], bad, *torrents[3:])
    assert outcome.code == 3, outcome
    assert str(bad) in outcome.stderr and outcome.stderr.endswith("\nhint: download it again\n")
    lines = [facts.of_inspect_torrent(json.loads(line)) for line in outcome.stdout.splitlines()]
    assert lines == [facts.of_libtorrent(torrent.read_bytes()) for torrent in torrents]


def judge(inspect, torrent, kind, **libtorrent_says):
    """All three read the torrent alike, but for what libtorrent is known to say instead."""
    ours = facts.of_inspect_torrent(inspect.json(torrent))
    assert facts.of_libtorrent(torrent.read_bytes()) == {**ours, **libtorrent_says}
    if kind in READ_BY_TRANSMISSION:
        assert facts.differing(ours, facts.of_transmission(torrent)) == {}
