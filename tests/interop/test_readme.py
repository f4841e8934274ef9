"""Every command of README runs as printed, in order, in a folder that has what it speaks of; what is on the internet is stood in for.

A section that gets commands needs a line in SECTIONS, or the test fails: nothing that README shows goes untried.
"""

import contextlib
import http.server
import os
import re
import shlex
import shutil
import stat
import subprocess
import threading

import pytest

import swarms
import trees
from conftest import REPOSITORY
from net import free_port
from test_feed_published import nginx

PATIENCE = 300
PLACEHOLDER = "magnet:?xt=urn:btih:…"
DEBIANS_FOLDER = "/var/www/html"
# A feed of smaller files is one that Sonarr has objections to.
LARGE = 2_200_000
# Commands whose answer is no, by how they start, and the exit code that says so.
ANSWER_IS_NO = {"inspect-torrent --diff": 1}
TOPIC = "https://ntfy.sh/my-topic"
# From cron, say.
AGAIN = ["Publishing"]


def sections():
    """The commands of each section of README that has any, as they are printed, without the comments behind them."""
    text = (REPOSITORY / "README.md").read_text()
    found = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        blocks = re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
        lines = [re.sub(r"\s+#\s.*", "", line) for block in blocks for line in joined(block)]
        if any(line.strip() for line in lines):
            found[title] = [line for line in lines if line.strip()]
    return found


def joined(block):
    """The lines of a block; those that end in a backslash go on in the next."""
    return block.replace("\\\n", " ").splitlines()


@contextlib.contextmanager
def try_it(place):
    """Cargo builds nothing here: the tools are built. The tests do not test themselves, but tell what they would do."""
    place.plant("path/to/folder", {"a": 20_000, "b": 5})
    place.stand_in("cargo", 'while [ "$1" != -p ]; do shift; done; tool=$2; shift 2; [ "$1" != -- ] || shift; exec "$tool" "$@"')
    place.script(place.folder / "tests/run", f"exec {shlex.quote(str(REPOSITORY / 'tests/run'))} --help")
    yield


@contextlib.contextmanager
def making(place):
    """Files to publish."""
    place.plant("dist", {"a": 70_000, "sub/b": 5})
    place.plant("releases", {"1.0.iso": 70_000, "1.1.iso": 80_000})
    yield


@contextlib.contextmanager
def inspecting(place):
    """Some torrents."""
    place.plant("dir", {"a": 70_000, "sub/b": 5})
    place.make("dir", "-o", "x.torrent", "--protocol", "hybrid", "-c", "a comment", "-a", "udp://tracker.example:6969/announce")
    place.make("dir", "-o", "old.torrent", "--protocol", "v2")
    place.plant("dir", {"new": 5})
    place.make("dir", "-o", "new.torrent", "--protocol", "v2")
    yield


@contextlib.contextmanager
def verifying(place):
    """A torrent and its data."""
    place.plant("x", {"a": 70_000, "b c": 5})
    place.make("x")
    yield


@contextlib.contextmanager
def fetching(place):
    """A seeder on this machine, which fetch is given with `--peer`, and the torrent under every name that README has for it."""
    content = place.folder / "seeder"
    trees.tree("ubuntu", {"ubuntu.iso": 300_000, "notes": 20_000}).plant(content)
    place.make("seeder/ubuntu")
    torrent = place.folder / "ubuntu.torrent"
    magnet = place.run("inspect-torrent", "--print", "magnet", "ubuntu.torrent").stdout.strip()
    with swarms.seeding(torrent, content) as seeder:
        fetch = shlex.quote(str(place.programs / "fetch"))
        quoted = f"{shlex.quote(PLACEHOLDER)}) set -- \"$@\" {shlex.quote(magnet)};;"
        each = f'for typed; do shift; case $typed in {quoted} *) set -- "$@" "$typed";; esac; done'
        place.stand_in("fetch", f'{each}\nexec {fetch} "$@" --peer {seeder.peer}')
        place.stand_in("curl", f"cat {shlex.quote(str(torrent))}")
        yield


@contextlib.contextmanager
def publishing(place):
    """The folder that nginx serves."""
    place.plant("dist", {"demo-1.0.iso": LARGE, "a b & ü.iso": LARGE, "folder/x": LARGE})
    yield


@contextlib.contextmanager
def seeding(place):
    """Things to offer. It ends after a second here."""
    place.plant("dist", {"a": 70_000, "sub/b": 5})
    place.plant("x", {"": 90_000})
    (place.folder / "data").mkdir()
    place.make("x")
    (place.folder / "x").rename(place.folder / "data/renamed.iso")
    place.plant("dist/one", {"": 90_000})
    (place.folder / "torrents").mkdir()
    place.make("dist/one", "-o", "torrents/one.torrent")
    place.plant("image.iso", {"": 80_000})
    seed = shlex.quote(str(place.programs / "seed"))
    place.stand_in("seed", f'for typed; do shift; set -- "$@" "${{typed#/}}"; done\nexec {seed} "$@" --seed-time 1s --bind 127.0.0.1')
    yield


@contextlib.contextmanager
def following(place):
    """A publisher with a key, whose folder is served, and folders for what comes. All of it remembers in one place, so that the first line takes what is new."""
    for folder in ["torrents", "downloads", "watch", "home/.minisign"]:
        (place.folder / folder).mkdir(parents=True)
    place.environment["HOME"] = str(place.folder / "home")
    (place.folder / "home/watch").symlink_to("../watch")
    key = place.folder / "home/.minisign/minisign"
    place.run("minisign", "-G", "-W", "-p", f"{key}.pub", "-s", f"{key}.key")
    place.plant("dist", {"demo-1.0.iso": LARGE, "folder/x": LARGE})
    place.make("dist/folder", "-o", "torrents/folder.torrent")
    place.run("make-feed", "--update", "feed.xml", "--title", "Demo", "--link", "https://pub.example/",
              "--base-url", "https://pub.example/torrents/", "torrents/")
    (place.folder / "feeds.txt").write_text("https://pub.example/feed.xml\n")
    seed, port = shlex.quote(str(place.programs / "seed")), free_port()
    place.stand_in("seed", f'for typed; do shift; set -- "$@" "${{typed/6969/{port}}}"; done\nexec {seed} "$@" --seed-time 1s --bind 127.0.0.1')
    with nginx(place.folder, place.folder.parent) as address:
        for path in [place.folder / "feed.xml", place.folder / "feeds.txt"]:
            path.write_text(path.read_text().replace("https://pub.example/", address))
        follow = shlex.quote(str(place.programs / "follow-feed"))
        replaced = f'"${{typed/https:\\/\\/pub.example\\//{address}}}"'
        place.stand_in("follow-feed", f'for typed; do shift; set -- "$@" {replaced}; done\nexec {follow} "$@"')
        yield


@contextlib.contextmanager
def a_topic():
    """Where messages are posted, and those that were."""
    heard = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", heard
        finally:
            server.shutdown()


SECTIONS = {
    "Try it": try_it,
    "make-torrent": making,
    "inspect-torrent": inspecting,
    "verify-data": verifying,
    "fetch": fetching,
    "Publishing": publishing,
    "Seeding": seeding,
    "Following": following,
}


class Place:
    """A folder, and programs that are found first there."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder / "here", programs
        self.stand_ins = folder / "stand-ins"
        self.folder.mkdir()
        self.stand_ins.mkdir()
        path = f"{self.stand_ins}:{programs}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path}

    def plant(self, path, files):
        """A tree at a path."""
        parent, name = os.path.split(path)
        trees.tree(name, files).plant(self.folder / parent)

    def script(self, path, text):
        """An executable file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\nset -eu\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def stand_in(self, name, text):
        """A program of that name."""
        self.script(self.stand_ins / name, text)

    def run(self, *command):
        """A command that must succeed."""
        return subprocess.run(
            list(map(str, command)), cwd=self.folder, env=self.environment, text=True, capture_output=True, check=True
        )

    def make(self, *arguments):
        """A torrent to begin with."""
        self.run("make-torrent", "-q", *arguments)

    def session(self, lines):
        """Runs lines one after the other in one shell; returns the exit code of each that was reached, and what was said."""
        codes = self.folder.parent / "codes"
        codes.unlink(missing_ok=True)
        lines = [line.replace(DEBIANS_FOLDER, str(self.folder)) for line in lines]
        script = "set -uo pipefail\n" + "".join(f"{line}\necho $? >> {shlex.quote(str(codes))}\n" for line in lines)
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, text=True, capture_output=True,
            timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
        )
        return [int(code) for code in codes.read_text().split()], done.stdout + done.stderr


def expected_code(line):
    """What a command exits with."""
    return next((code for start, code in ANSWER_IS_NO.items() if line.startswith(start)), 0)


def test_every_section_is_tried():
    assert set(sections()) == set(SECTIONS), "a section of README has commands that nobody runs, or no commands any more"


@pytest.mark.parametrize("title", SECTIONS)
def test_the_commands_of_a_section(title, programs, tmp_path):
    lines = sections()[title]
    place = Place(tmp_path, programs)
    with SECTIONS[title](place):
        for _ in range(2 if title in AGAIN else 1):
            codes, said = place.session(lines)
            assert dict(zip(lines, codes, strict=True)) == {line: expected_code(line) for line in lines}, said


def test_cron_mails_what_has_arrived_and_nothing_else(programs, tmp_path):
    block = re.search(r"^```crontab\n(.*?)^```$", (REPOSITORY / "README.md").read_text(), re.DOTALL | re.MULTILINE)[1]
    [command] = [line.split(maxsplit=5)[5] for line in block.splitlines() if line.startswith("*")]
    place = Place(tmp_path, programs)
    with following(place):
        mails = [place.run("sh", "-c", command) for _ in range(2)]
    [arrived] = (place.folder / "watch").iterdir()
    assert mails[0].stdout == f"{place.folder}/home/watch/{arrived.name}\n"
    assert (mails[1].stdout, mails[1].stderr) == ("", "")


def test_a_messenger_hears_of_what_has_arrived(programs, tmp_path):
    [line] = [line for line in sections()["Following"] if TOPIC in line]
    place = Place(tmp_path, programs)
    curl = shlex.quote(shutil.which("curl"))
    with following(place), a_topic() as (address, heard):
        # A title is no file, whatever it begins with.
        feed = place.folder / "feed.xml"
        feed.write_text(feed.read_text().replace("<title>folder</title>", "<title>@feeds.txt</title>"))
        place.stand_in("curl", f'for typed; do shift; set -- "$@" "${{typed/#https:\\/\\/ntfy.sh\\//{address}}}"; done\nexec {curl} "$@"')
        for _ in range(2):
            codes, said = place.session([line])
            assert codes == [0], said
    assert heard == ["@feeds.txt"]
