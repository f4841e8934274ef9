"""The whole chain, as README shows it: make-torrent, make-feed, nginx, seed, and follow-feed on the other side."""

import contextlib
import json
import os
import re
import subprocess

import pytest

import trees
from conftest import REPOSITORY, built
from net import free_port
from test_feed_published import nginx
from test_signature import key

PATIENCE = 120  # seconds for one call


@pytest.fixture
def publisher(programs, tmp_path):
    """A folder that nginx serves, and what its owner types there."""
    www = tmp_path / "www"
    (www / "torrents").mkdir(parents=True)
    (tmp_path / "nginx").mkdir()
    secret, _ = key(tmp_path)
    with nginx(www, tmp_path / "nginx", log=True) as address:
        yield Publisher(programs, www, address, secret, tmp_path / "nginx/access.log")


class Publisher:
    """What README says that a publisher types, at another address and with another key."""

    def __init__(self, programs, www, address, secret, log):
        self.www, self.address, self.log = www, address, log
        self.port = free_port()
        text = (REPOSITORY / "README.md").read_text()
        chain = next(block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "--sign" in block)
        chain = chain.replace("http://pub.example:6969/", f"http://127.0.0.1:{self.port}/").replace("https://pub.example/", address)
        self.publishing, self.seeding = re.fullmatch(r"(make-torrent.*?)(seed .*)", chain, re.DOTALL).groups()
        self.publishing = self.publishing.replace("~/.minisign/minisign.key", str(secret))
        self.programs = programs
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "STATE_DIRECTORY": str(www.parent / "seed")}

    @property
    def url(self):
        return f"{self.address}feed.xml"

    def publish(self):
        """The two lines that publish what is new."""
        command = ["bash", "-euo", "pipefail", "-c", self.publishing]
        done = subprocess.run(command, cwd=self.www, env=self.environment, text=True, capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done

    def sign_no_more(self):
        """The feed as somebody without the key would have it."""
        feed = self.www / "feed.xml"
        signed = feed.read_bytes()
        unsigned = re.sub(rb"<\?minisign .*?\?>\n", b"", signed)
        assert unsigned != signed
        feed.write_bytes(unsigned)
        os.utime(feed, (1_900_000_000, 1_900_000_000))

    @contextlib.contextmanager
    def seeding_all(self):
        """The line that seeds."""
        words = self.seeding.replace("6969", str(self.port)).split()
        command = [self.programs / words[0], *words[1:], "--bind", "127.0.0.1", "--json"]
        with subprocess.Popen(command, cwd=self.www, env=self.environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                next(event for event in map(json.loads, process.stdout) if event["event"] == "offered")
                yield
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE)

    def asked(self):
        """Path and status of each request so far."""
        lines = self.log.read_text().splitlines()
        return [(line.split('"')[1].split()[1], int(line.split('"')[2].split()[0])) for line in lines if "HTTP" in line]


@pytest.fixture
def follow(programs, tmp_path):
    """A pass of a subscriber; the exit code, the paths, and what was said."""
    (tmp_path / "downloads").mkdir()
    environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state"), "PIECEWORK_NO_DHT": "1", "PIECEWORK_NO_LSD": "1"}
    program = built(programs / "follow-feed")

    def follow(*words):
        command = [program, "--fetch", "downloads/", "--bind", "127.0.0.1", "--pause", "0", *map(str, words)]
        return subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, timeout=PATIENCE, check=False)

    return follow


def add(publisher, name, files):
    trees.tree(name, files).plant(publisher.www / "dist")


def test_from_a_folder_of_releases_to_a_subscriber(publisher, follow, verify, tmp_path):
    add(publisher, "demo-1.0", {"a": 300_000, "sub/b": 70_000})
    add(publisher, "notes", {"": 50_000})
    publisher.publish()
    with publisher.seeding_all():
        first = follow("--first-run", "all", publisher.url)
    assert first.returncode == 0, first
    assert sorted(first.stdout.split()) == ["downloads/demo-1.0", "downloads/notes"], first
    for name in ["demo-1.0", "notes"]:
        outcome = verify(publisher.www / f"torrents/{name}.torrent", tmp_path / "downloads")
        assert outcome.code == 0, outcome
    # A new one: only that comes. `--recheck` stands for the hour until the feed may be asked again.
    add(publisher, "demo-1.1", {"a": 400_000, "sub/b": 5})
    publisher.publish()
    before = len(publisher.asked())
    with publisher.seeding_all():
        second = follow("--recheck", publisher.url)
    assert (second.returncode, second.stdout) == (0, "downloads/demo-1.1\n"), second
    assert verify(publisher.www / "torrents/demo-1.1.torrent", tmp_path / "downloads").code == 0
    assert publisher.asked()[before:] == [("/feed.xml", 200), ("/torrents/demo-1.1.torrent", 200)]
    # Nothing new: one request, which says what is known.
    before = len(publisher.asked())
    third = follow("--recheck", publisher.url)
    assert (third.returncode, third.stdout, third.stderr) == (0, "", ""), third
    assert publisher.asked()[before:] == [("/feed.xml", 304)]
    # Not even that before it may be asked.
    assert follow(publisher.url).returncode == 0
    assert len(publisher.asked()) == before + 1

def test_who_has_no_key_brings_nothing_to_a_subscriber(publisher, follow, tmp_path):
    add(publisher, "demo-1.0", {"a": 300_000})
    publisher.publish()
    with publisher.seeding_all():
        first = follow("--first-run", "all", publisher.url)
        assert first.stdout == "downloads/demo-1.0\n", first
        add(publisher, "demo-1.1", {"a": 400_000})
        publisher.publish()
        publisher.sign_no_more()
        second = follow("--recheck", publisher.url)
    assert (second.returncode, second.stdout) == (3, ""), second
    assert ("/torrents/demo-1.1.torrent", 200) not in publisher.asked()
    assert os.listdir(tmp_path / "downloads") == ["demo-1.0"]
    # The publisher's own is back.
    publisher.publish()
    with publisher.seeding_all():
        third = follow("--recheck", publisher.url)
    assert (third.returncode, third.stdout) == (0, "downloads/demo-1.1\n"), third
