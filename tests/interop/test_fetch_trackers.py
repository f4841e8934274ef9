"""fetch and opentracker: over HTTP and UDP, typed and named in the torrent. Another fetch is the one that it finds there."""

import bep52
import namespace
import pytest
import swarms
from clients import TREE
from namespace import CLIENT, FETCH, TRACKER

ANNOUNCE = {"http": f"http://{TRACKER}:6969/announce", "udp": f"udp://{TRACKER}:6969"}
KINDS = ["v1", "v2", "hybrid"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("named", ["typed", "in the torrent"])
@pytest.mark.parametrize("scheme", ANNOUNCE)
def test_they_meet(scheme, named, kind, network, make, fetch, data, tmp_path):
    root = TREE.plant(data)
    announce = ANNOUNCE[scheme]
    torrent = make.torrent("--protocol", kind, *(["-a", announce] if named == "in the torrent" else []), root)
    typed = ["--tracker", announce] if named == "typed" else []
    meta = bep52.parse(torrent.read_bytes())
    info_hash = meta.v2 if kind == "v2" else meta.v1
    out = tmp_path / "out"
    stay = [fetch.program, torrent, *typed, "-o", data, "--bind", CLIENT, "--seed-time", "10m", "-q"]
    take = [fetch.program, torrent, *typed, "-o", out, "--bind", FETCH, "--deadline", "60s", "--json"]
    out.mkdir()
    with namespace.tracker(network, [info_hash]) as url, network.running(*stay) as seeder:
        namespace.wait_for(lambda: any(namespace.peers(network, url, info_hash)), lambda: seeder.log.read_text())
        code, events, talk = network.run(*take)
        assert code == 0, (talk, events.decode(), seeder.log.read_text())
        assert swarms.tree_of(out) == swarms.tree_of(data)
        seeder.terminate()
        seeder.wait(timeout=20)
        # Whoever leaves says so: those who come after are not sent to an empty place.
        assert namespace.peers(network, url, info_hash) == (0, 0)
