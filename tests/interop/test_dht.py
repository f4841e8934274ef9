"""Peers that are found in the DHT alone, in a network of libtorrent's nodes: by fetch, and of seed by libtorrent; private torrents never."""

import contextlib
import json
import os
import sys
from pathlib import Path

import pytest

import bep52
import clients
import dht_nodes
import namespace
import swarms
from clients import TREE
from namespace import CLIENT, FETCH

NODES = Path(dht_nodes.__file__)
FAMILIES = [4, 6]
OURS = dht_nodes.COUNT + 1


def aria2(link, out, address, scratch):
    """It takes a node on its command line, and stays until it is ended, as do the others."""
    where = [f"--dir={out}", f"--interface={address}", f"--listen-port={dht_nodes.PORT}", f"--dht-listen-port={dht_nodes.PORT}"]
    dht = ["--enable-dht=true", f"--dht-file-path={scratch / 'dht.dat'}", f"--dht-entry-point={dht_nodes.endpoint(4)}"]
    return ["aria2c", "--no-conf", *where, *dht, "--bt-enable-lpd=false", "--seed-ratio=0", "--file-allocation=none", link]


def transmission(link, out, address, scratch):
    """It takes nodes as if an earlier run had kept them. transmission-cli may end when it has the metadata, for a torrent is stopped then."""
    settings = clients.TRANSMISSION | {"bind-address-ipv4": address, "dht-enabled": True, "pex-enabled": True}
    (scratch / "settings.json").write_text(json.dumps(settings))
    nodes = b"".join(dht_nodes.compact(number) for number in range(1, 9))
    (scratch / "dht.dat").write_bytes(b"d2:id20:%b5:nodes%d:%be" % (os.urandom(20), len(nodes), nodes))
    daemon = ["transmission-daemon", "--foreground", "-g", scratch, "-w", out, "-P", dht_nodes.PORT, "-M", "-r", "127.0.0.1"]
    # Only a program that talks to it gives it a link.
    add = 'for try in $(seq 50); do transmission-remote 127.0.0.1 -a "$1" && break; sleep 0.2; done & shift; exec "$@"'
    return ["sh", "-c", add, "sh", link, *daemon]


def rqbit(link, out, address, scratch):
    """It takes a node on its command line. Its DHT is at no address of its own: nobody finds it there, it finds the others."""
    where = ["--listen-ip", address, "--listen-port", dht_nodes.PORT, "--disable-lsd", "--disable-upnp-port-forward"]
    dht = ["--disable-dht-persistence", "--dht-bootstrap-addrs", dht_nodes.endpoint(4)]
    return [clients.rqbit_program(), *where, *dht, "download", "--disable-http-api", "-o", out, link]


COMPANY = [aria2, transmission, rqbit]


@pytest.fixture
def open_network(network):
    """A network with an address for each node, for us and for the company, whose programs use the DHT."""
    for family in FAMILIES:
        for number in range(1, OURS + 2 + len(COMPANY)):
            length, flags = (32, []) if family == 4 else (128, ["nodad"])
            added = network.run("ip", "address", "add", f"{dht_nodes.address(family, number)}/{length}", "dev", "lo", *flags)
            assert added[0] == 0, added
    network.environment.pop("PIECEWORK_NO_DHT")
    network.environment["STATE_DIRECTORY"] = str(network.folder / "state")
    return network


@contextlib.contextmanager
def nodes(network, family, *more):
    """The nodes, when they know each other."""
    with network.running(sys.executable, NODES, family, *more) as process:
        expect(process, b"ready\n")
        yield process


def expect(process, line):
    assert process.stdout.readline() == line, process.log.read_text()


def torrent_of(make, data, *options):
    """A torrent, and its v1 hash."""
    torrent = make.torrent("--protocol", "v1", "-l", "64KiB", *options, TREE.plant(data))
    return torrent, bep52.parse(torrent.read_bytes()).v1


def ours(family, number=OURS):
    """How one of our tools is told where it is, and whom to begin with."""
    return ["--bind", dht_nodes.address(family, number), "--dht-node", dht_nodes.endpoint(family)]


@pytest.mark.parametrize("family", FAMILIES)
def test_fetch_finds_a_seed(family, open_network, programs, make, data, tmp_path):
    torrent, info_hash = torrent_of(make, data)
    out, state = tmp_path / "out", open_network.folder / "state"
    state.mkdir()
    (state / "dht-nodes").write_text("somebody else's")
    with nodes(open_network, family, "--seed", torrent, data):
        command = [programs / "fetch", info_hash, *ours(family), "-o", out, "--deadline", "60s", "--json"]
        code, events, talk = open_network.run(*command)
    assert code == 0, (talk, events.decode())
    assert swarms.tree_of(out) == swarms.tree_of(data)
    assert "dht-nodes: not a list of DHT nodes that we wrote; the DHT begins without it" in talk
    # Those that were there are asked first the next time.
    kept = (state / "dht-nodes").read_text().splitlines()
    assert set(kept[1:-1]) <= {dht_nodes.endpoint(family, number) for number in range(1, OURS)} and len(kept) > 2, kept


@pytest.mark.parametrize("family", FAMILIES)
def test_seed_is_found(family, open_network, programs, make, data, tmp_path):
    _, info_hash = torrent_of(make, data)
    out = tmp_path / "out"
    command = [programs / "seed", make.folder / "1.torrent", data, *ours(family), "--json"]
    with nodes(open_network, family, "--fetch", info_hash, out) as leecher, open_network.running(*command):
        expect(leecher, b"complete\n")
    assert swarms.tree_of(out) == swarms.tree_of(data)


def counter(network, name):
    """Packets that a rule has seen."""
    code, out, talk = network.run("nft", "-j", "list", "counter", "inet", "judge", name)
    assert code == 0, talk
    return next(item["counter"]["packets"] for item in json.loads(out)["nftables"] if "counter" in item)


def count_packets(network, *known):
    """Counts what fetch sends to anybody but those that are known, and what it sends over UDP or IPv6 at all."""
    rules = f"""
        table inet judge {{
            counter beyond {{}}
            counter other {{}}
            chain out {{
                type filter hook output priority 0;
                ip saddr {FETCH} ip daddr != {{ {", ".join(known)} }} counter name beyond
                ip saddr {FETCH} meta l4proto != tcp counter name other
                ip6 daddr != ::1 counter name other
            }}
        }}"""
    path = network.folder / "rules"
    path.write_text(rules)
    code, _, talk = network.run("nft", "-f", path)
    assert code == 0, talk


@pytest.mark.parametrize("is_private", [True, False])
def test_nobody_but_the_tracker_and_its_peers_hears_of_a_private_torrent(is_private, open_network, programs, make, data, tmp_path):
    """That of a public one others hear shows that the packets are counted."""
    url, out = f"http://{namespace.TRACKER}:6969/announce", tmp_path / "out"
    torrent, info_hash = torrent_of(make, data, "-a", url, *(["--private"] if is_private else []))
    out.mkdir()
    with nodes(open_network, 4), namespace.tracker(open_network, [info_hash]) as site:
        with open_network.running(*clients.libtorrent(torrent, data, tmp_path)) as seeder:
            namespace.wait_for(lambda: namespace.peers(open_network, site, info_hash)[0] == 1, lambda: seeder.log.read_text())
            count_packets(open_network, namespace.TRACKER, CLIENT, FETCH)
            command = [programs / "fetch", torrent, "--bind", FETCH, "--dht-node", dht_nodes.endpoint(4), "-o", out, "--deadline", "60s", "--seed-time", "3s"]
            code, _, talk = open_network.run(*command)
            assert code == 0, talk
            counts = counter(open_network, "beyond"), counter(open_network, "other")
    assert counts == (0, 0) if is_private else min(counts) > 0, counts


# rqbit is in no package: with it, this is for `--soak`.
@pytest.mark.parametrize("company", [COMPANY[:-1], pytest.param(COMPANY, marks=pytest.mark.soak)], ids=["four", "five"])
def test_all_find_each_other_without_a_tracker(company, open_network, programs, make, data, tmp_path):
    """One seed, ours, from which every byte comes; libtorrent, fetch and others have a link that names nobody."""
    torrent, info_hash = torrent_of(make, data)
    link = f"magnet:?xt=urn:btih:{info_hash}"
    outs = {client: tmp_path / client.__name__ for client in company}
    with contextlib.ExitStack() as all_of_them:
        start = lambda *command: all_of_them.enter_context(open_network.running(*command)).log
        libtorrent = all_of_them.enter_context(nodes(open_network, 4, "--fetch", info_hash, tmp_path / "libtorrent"))
        talks = [
            start(programs / "seed", torrent, data, *ours(4)),
            start(programs / "fetch", link, *ours(4, OURS + 1), "-o", tmp_path / "fetch", "--seed-time", "10m"),
        ]
        # Until the seed can be found: rqbit looks once in a long time.
        expect(libtorrent, b"complete\n")
        for number, (client, out) in enumerate(outs.items(), OURS + 2):
            scratch = tmp_path / f"{client.__name__}-settings"
            scratch.mkdir()
            out.mkdir()
            talks.append(start(*client(link, out, dht_nodes.address(4, number), scratch)))
        for out in [tmp_path / "libtorrent", tmp_path / "fetch", *outs.values()]:
            said = lambda out=out: (out.name, [log.read_text()[-2000:] for log in talks])
            namespace.wait_for(lambda out=out: clients.files(out) == TREE.files, said)


PRIVATE_TRACKER, PRIVATE_SEED = "10.9.9.1", "10.9.9.3"


@pytest.mark.parametrize("allowed", [True, False])
def test_in_an_intranet_torrents_name_private_addresses_where_that_is_allowed(allowed, network, programs, make, data, tmp_path, monkeypatch):
    for ip in PRIVATE_TRACKER, PRIVATE_SEED:
        assert network.run("ip", "address", "add", f"{ip}/32", "dev", "lo")[0] == 0
    monkeypatch.setattr(namespace, "TRACKER", PRIVATE_TRACKER)
    monkeypatch.setattr(clients, "CLIENT", PRIVATE_SEED)
    torrent, info_hash = torrent_of(make, data, "-a", f"http://{PRIVATE_TRACKER}:6969/announce")
    out = tmp_path / "out"
    out.mkdir()
    with namespace.tracker(network, [info_hash]) as url, network.running(*clients.libtorrent(torrent, data, tmp_path)) as seeder:
        namespace.wait_for(lambda: namespace.peers(network, url, info_hash)[0] == 1, lambda: seeder.log.read_text())
        options = ["--bind", FETCH, "-o", out, "--stall-timeout", "3s", *(["--allow-private"] if allowed else [])]
        code, _, talk = network.run(programs / "fetch", torrent, *options)
    if allowed:
        assert code == 0, talk
        assert swarms.tree_of(out) == swarms.tree_of(data)
    else:
        said = f"{PRIVATE_TRACKER} is in a private network, and only the torrent names it; `--allow-private` asks it all the same"
        assert code == 5 and said in talk, talk
