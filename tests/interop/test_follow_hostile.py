"""Hostile feeds and servers: follow-feed says what is wrong, in bounded time and memory, asks no private network and writes nowhere else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hostile_web
import web
from conftest import built
from namespace import TRACKER as PUBLIC
from test_feed_hostile import HOSTILE, measured

SERVER = Path(__file__).with_name("hostile_web.py")
SITE = f"http://{PUBLIC}:{hostile_web.PORT}"
PEAK = 128 << 20  # bytes
SECONDS = 30  # generous: what hangs takes far longer
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# For each path of a feed: the exit code, and what is said of it, in events or on standard error.
SERVERS = {
    "endless": (5, "the answer is longer than 16777216 bytes"),
    "bomb": (5, "the answer is longer than 16777216 bytes"),
    "drip": (5, "time"),
    "silence": (5, "time"),
    "headers_forever": (5, "head"),
    "loop": (5, "redirect"),
    "to-private": (5, "127.0.0.1 is on this machine"),
    "to-file": (5, "URL"),
    "page.html": (3, "web page"),
}
ITEMS = {
    "private": "is on this machine",
    "redirected": "127.0.0.1 is on this machine",
    "page": "web page",
    "large": "the answer is longer than 67108864 bytes",
    "slow": "time",
    "links": "404",
    "file": "URL",
}


@pytest.fixture
def site(network):
    """A server in a network of its own, reached at a public address; gives what it was asked."""
    with network.running(sys.executable, SERVER) as server:
        assert server.stdout.readline() == b"ready\n"

        def asked():
            server.kill()
            return [json.loads(line) for line in server.stdout.read().splitlines()]

        yield asked


@pytest.fixture
def follow(network, programs, tmp_path):
    """follow-feed, in that network: exit code, standard output and error; gives it three seconds for each answer."""
    program = built(programs / "follow-feed")
    (tmp_path / "out").mkdir()

    def follow(path, *more):
        always = ["--state", tmp_path / "state", "--pause", "0", "--timeout", "3s", "--patience", "0", "--first-run", "all", "--json"]
        code, out, error = network.run(program, *always, "--save", tmp_path / "out", *more, f"{SITE}/{path}")
        return code, out.decode(), error

    return follow


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", SERVERS)
def test_a_hostile_server_is_an_error_that_says_so(path, site, follow, tmp_path):
    exit, said = SERVERS[path]
    code, _, error = follow(path)
    assert code == exit and re.search(said, error), (code, error)
    assert not CONTROL.search(error)
    assert files(tmp_path / "out") == []
    assert all(host.startswith(PUBLIC) for host, *_ in site()), "nobody else is asked"


@pytest.mark.parametrize("path", ITEMS)
def test_a_hostile_item_waits_and_says_why(path, site, follow, tmp_path):
    code, out, error = follow(path)
    assert code == 0, (code, error)
    events = [json.loads(line) for line in out.splitlines()]
    whys = [event["why"] for event in events if event["event"] in ("waiting", "failed", "skipped")]
    assert whys and all(re.search(ITEMS[path], why) for why in whys), whys
    assert files(tmp_path / "out") == []
    asked = site()
    assert all(host.startswith(PUBLIC) for host, *_ in asked), "nobody else is asked"
    assert len(asked) <= 10


@pytest.mark.parametrize("path", ["titles", "raw", "guid"])
def test_names_stay_in_their_folder_and_off_the_terminal(path, site, follow, tmp_path):
    before = {each for each in tmp_path.iterdir() if each.name != "state"}
    code, out, error = follow(path)
    assert code == 0, (code, error)
    assert {each for each in tmp_path.iterdir() if each.name != "state"} == before
    names = files(tmp_path / "out")
    assert names and not any(CONTROL.search(name) or name.startswith(("-", ".")) or len(name.encode()) > 255 for name in names), names
    assert not CONTROL.search(out)
    again = follow(path, "--explain")[1]
    assert not CONTROL.search(again)


def test_secrets_go_to_their_site_alone(site, follow, tmp_path):
    (tmp_path / "cookies").write_text(f"{PUBLIC}\tFALSE\t/\tFALSE\t0\tuid\tsesame-1\n")
    (tmp_path / "netrc").write_text(f"machine {PUBLIC} login me password sesame-2\n")
    (tmp_path / "headers").write_text(f"{SITE}\nX-Key: sesame-3\n")
    words = ["--cookie-file", tmp_path / "cookies", "--netrc", tmp_path / "netrc", "--header-file", tmp_path / "headers"]
    code, out, error = follow("elsewhere", *words)
    assert code == 0 and "sesame" not in out + error
    asked = {path: (host, set(secrets)) for host, path, secrets in site()}
    assert asked["/to-another"] == (f"{PUBLIC}:{hostile_web.PORT}", set(hostile_web.SECRETS))
    assert asked["/x.torrent"] == (f"11.11.11.2:{hostile_web.PORT}", set())


# Many items with one URL and different torrents each replace the one before.
REVISIONS = "".join(f"<item><enclosure url='/a' type='application/x-bittorrent' length='{n}'/></item>" for n in range(50_000))
FEEDS = HOSTILE | {"revisions": f"<rss version='2.0'><channel>{REVISIONS}</channel></rss>"}


@pytest.mark.parametrize("name", FEEDS)
def test_a_hostile_feed_takes_little(name, programs, tmp_path):
    with web.serving({"/": FEEDS[name].encode()}.get) as address:
        options = ["--state", tmp_path / "state", "--patience", "0", "--pause", "0", "--json"]
        report = measured(built(programs / "follow-feed"), *options, f"{address}/")
    print(f"{name}: exit {report['code']}, {report['seconds']:.2f} s, {report['peak'] >> 20} MiB")
    assert report["code"] in (0, 3, 5)
    assert report["seconds"] <= SECONDS and report["peak"] <= PEAK


def pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def endless(path):
    path.unlink()
    path.symlink_to("/dev/zero")


# What is put in the place of which file of what is remembered, and how a pass ends then.
PLACES = {
    "a pipe as the journal": (".ndjson", pipe, 4),
    "a pipe as the lock": (".lock", pipe, 4),
    "a device as the journal": (".ndjson", endless, 4),
    "a pipe for what is harmed": (".bad", pipe, 4),
    "a pipe as the journal of another feed": (".other.ndjson", pipe, 0),
}


@pytest.mark.parametrize("name", PLACES)
def test_nothing_in_the_place_of_a_journal_is_waited_for(name, programs, tmp_path):
    ending, put, exit = PLACES[name]
    with web.serving({"/": hostile_web.feed(hostile_web.item("/x.torrent")), "/x.torrent": hostile_web.TORRENT}.get) as address:
        command = list(map(str, [built(programs / "follow-feed"), "--state", tmp_path / "state", "--every", "0"]))

        def follow(*words):
            return subprocess.run([*command, *words], capture_output=True, text=True, timeout=SECONDS, check=False)

        assert follow(f"{address}/").returncode == 0
        (journal,) = (tmp_path / "state").glob("*.ndjson")
        if ending == ".bad":
            journal.write_bytes(journal.read_bytes() + b"harmed\n")
        put(journal.with_suffix(ending))
        done = follow(f"{address}/")
        assert done.returncode == exit and ("it is no plain file" in done.stderr) == (exit == 4), done
        assert follow("--list-state").returncode == 0
