"""fetch, seed and other people's clients: they meet through a tracker, give and take, and each has every byte in the end."""

import json

import pytest

import clients
import namespace
import swarms
from clients import TREE
from namespace import FETCH

PORT = 6881
# Transmission 3.00 opens no torrent that has `file tree` in it. aria2 gets no hybrid of several files from libtorrent either.
KINDS = {
    clients.libtorrent: ["v1", "v2", "hybrid"],
    clients.transmission: ["v1"],
    clients.aria2: ["v1"],
    clients.rqbit: ["v1", "hybrid"],
}
MARKS = {clients.rqbit: [pytest.mark.soak]}
MEETINGS = [
    pytest.param(client, kind, marks=MARKS.get(client, []), id=f"{client.__name__}-{kind}")
    for client, kinds in KINDS.items()
    for kind in kinds
]


@pytest.mark.parametrize(("client", "kind"), MEETINGS)
def test_they_give(client, kind, scene, network, fetch, tmp_path):
    with scene(kind) as (torrent, info_hash, url, data, out):
        with network.running(*client(torrent, data, tmp_path)) as seeder:
            # rqbit does not tell the tracker of what it has whole.
            if client is not clients.rqbit:
                namespace.wait_for(lambda: any(namespace.peers(network, url, info_hash)), lambda: seeder.log.read_text())
            named = ["--peer", clients.PEER] if client is clients.rqbit else []
            options = [*named, "--bind", FETCH, "-o", out, "--deadline", "60s", "--json"]
            code, events, talk = network.run(fetch.program, torrent, *options)
    assert code == 0, (talk, events.decode())
    assert swarms.tree_of(out) == swarms.tree_of(data)


@pytest.mark.parametrize("tool", ["fetch", "seed"])
@pytest.mark.parametrize(("client", "kind"), MEETINGS)
def test_they_take(client, kind, tool, scene, network, programs, tmp_path):
    with scene(kind) as (torrent, info_hash, url, data, out):
        stay = ["-o", data, "--seed-time", "10m"] if tool == "fetch" else [data, "--state", tmp_path / "state"]
        stay = [programs / tool, torrent, *stay, "--bind", FETCH, "--port", PORT, "--json"]
        with network.running(*stay) as seeder:
            namespace.wait_for(lambda: any(namespace.peers(network, url, info_hash)), lambda: seeder.log.read_text())
            with network.running(*client(torrent, out, tmp_path)) as leecher:
                namespace.wait_for(lambda: clients.files(out) == TREE.files, lambda: leecher.log.read_text())
            assert seeder.poll() is None
            seeder.terminate()
            events = [json.loads(line) for line in seeder.communicate(timeout=20)[0].splitlines()]
    assert seeder.returncode == 143
    assert max(event.get("uploaded", 0) for event in events) >= sum(map(len, TREE.files.values()))
