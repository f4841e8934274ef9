"""follow-feed is killed before each call that changes a file or starts a program, in the middle of each write, and at random: the passes behind it come to
the same as if nothing had been."""

import http.server
import random
import re
import resource
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from conftest import built

KILL_AT = Path(__file__).with_name("kill_at.c")
TITLES = ["a", "b", "c"]
PATIENCE = 60


def torrent(title):
    return b"d4:infod6:lengthi5e4:name%d:%b12:piece lengthi16384e6:pieces20:%bee" % (len(title), title.encode(), title[:1].encode() * 20)


def feed():
    items = "".join(
        f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid><enclosure url='/{title}.torrent' type='application/x-bittorrent'/></item>"
        for title in reversed(TITLES)
    )
    return f"<rss version='2.0'><channel><title>t</title><link>http://pub.example/</link>{items}</channel></rss>".encode()


class Publisher(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/").removesuffix(".torrent")
        body = torrent(name) if name in TITLES else feed()
        is_known = name not in TITLES and self.headers["If-None-Match"] == '"1"'
        self.send_response(304 if is_known else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0" if is_known else str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if is_known else body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def url():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    server.shutdown()


@pytest.fixture(scope="module")
def killer(tmp_path_factory):
    library = tmp_path_factory.mktemp("killer") / "kill_at.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, KILL_AT], check=True)
    return library


class Follower:
    """follow-feed with a folder of its own, which hands what is new to one kind of sink."""

    def __init__(self, programs, folder, url, sink):
        self.program, self.folder, self.url, self.sink = built(programs / "follow-feed"), folder, url, sink
        self.state, self.out, self.ran = folder / "state", folder / "out", folder / "ran"
        self.out.mkdir(parents=True)

    def command(self):
        options = [self.program, "--state", self.state, "--first-run", "all", "--pause", "0"]
        script = 'cmp "$1" "$1" && echo "$FOLLOW_ID $FOLLOW_ATTEMPT" >> ran'
        sinks = {"save": ["--save", self.out, self.url], "watch": ["--watch", self.out, self.url], "exec": [self.url, "--exec", "sh", "-c", script, "sh", "{torrent}"]}
        return list(map(str, [*options, *sinks[self.sink]]))

    def start(self, limit=None, **environment):
        """Runs it, with files of at most this many bytes; Python ignores the signal that comes of longer ones, and so does what it starts."""
        limited = limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(self.command(), cwd=self.folder, env=environment, preexec_fn=limited, restore_signals=False, **pipes)

    def run(self, limit=None, **environment):
        with self.start(limit, **environment) as process:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        return process.returncode, stdout, stderr

    def told(self, option, *more):
        command = list(map(str, [self.program, "--state", self.state, option, *more]))
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout

    def check_in_between(self):
        """What a client would take for a torrent is whole, and what is remembered can be read."""
        torrents = [path for path in self.out.iterdir() if not path.name.startswith(".piecework-")]
        assert all(path.read_bytes() == torrent(path.name[0]) for path in torrents), torrents
        if self.state.exists():
            self.told("--list-state")

    def check_in_the_end(self):
        """The next pass brings what is missing, and the one behind it nothing."""
        code, _, stderr = self.run()
        assert (code, stderr) == (0, ""), "half a line is no harm that anybody hears of"
        assert self.run()[:2] == (0, "")
        assert self.told("--list-state").count("3 taken") == 1
        left = [path.name for path in self.state.rglob("*") if path.suffix not in (".ndjson", ".lock", ".bad") and path.is_file()]
        assert left == []
        if self.sink == "exec":
            self.check_runs()
        else:
            names = sorted(re.sub("-.*", "", path.stem) for path in self.out.iterdir())
            assert names == TITLES, "each once, and nothing beside them"
            self.check_in_between()

    def check_runs(self):
        """A command ran again only with a higher attempt for the same id."""
        attempts = {}
        for line in self.ran.read_text().splitlines():
            item, attempt = line.split()
            attempts.setdefault(item, []).append(int(attempt))
        assert len(attempts) == len(TITLES)
        for item, numbers in attempts.items():
            assert numbers in ([1], [2], [1, 2]), f"{item}: {numbers}"


def calls(follower, killer):
    """The calls of a pass that nobody kills."""
    log = follower.folder / "calls"
    code, _, stderr = follower.run(LD_PRELOAD=str(killer), KILL_LOG=str(log))
    assert code == 0, stderr
    follower.check_in_the_end()
    return log.read_text().split()


@pytest.mark.parametrize("sink", ["save", "watch", "exec"])
def test_no_call_is_a_bad_moment_to_die(sink, programs, killer, url, tmp_path):
    known = calls(Follower(programs, tmp_path / "whole", url, sink), killer)
    assert {"write", "fdatasync", "rename"} <= set(known)
    moments = [(number, half) for number, call in enumerate(known, 1) for half in ([False, True] if call == "write" else [False])]
    for number, half in moments:
        follower = Follower(programs, tmp_path / f"{number}-{half}", url, sink)
        orders = {"LD_PRELOAD": str(killer), "KILL_AT": str(number)} | ({"KILL_HALF": "1"} if half else {})
        code, _, stderr = follower.run(**orders)
        assert code == -signal.SIGKILL, f"{number} of {known}: {stderr}"
        follower.check_in_between()
        follower.check_in_the_end()


@pytest.mark.parametrize("sink", ["save", "exec"])
def test_neither_is_any_moment_between(sink, programs, url, tmp_path):
    chance = random.Random(sink)
    for number in range(15):
        follower = Follower(programs, tmp_path / str(number), url, sink)
        with follower.start() as process:
            time.sleep(chance.uniform(0, 0.15))
            process.kill()
            process.communicate()
        follower.check_in_between()
        follower.check_in_the_end()


def test_a_full_disk_leaves_nothing_behind_that_is_told_as_harm(programs, url, tmp_path):
    codes = []
    for limit in range(250, 3000, 150):
        follower = Follower(programs, tmp_path / str(limit), url, "save")
        codes.append(follower.run(limit)[0])
        follower.check_in_between()
        follower.check_in_the_end()
    assert 2 < codes.count(4) < len(codes) and set(codes) == {0, 4}, codes


def test_a_journal_that_is_written_anew_is_the_old_or_the_new_one(programs, killer, url, tmp_path):
    def forget(follower, **environment):
        command = list(map(str, [follower.program, "--state", follower.state, "--forget", "b"]))
        return subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE, env=environment).returncode

    def followed(name):
        follower = Follower(programs, tmp_path / name, url, "save")
        assert follower.run()[0] == 0
        return follower

    follower = followed("whole")
    log = tmp_path / "calls"
    assert forget(follower, LD_PRELOAD=str(killer), KILL_LOG=str(log)) == 0
    known = log.read_text().split()
    assert {"rename", "linkat", "write", "fsync"} <= set(known), known
    for number in range(1, len(known) + 1):
        follower = followed(str(number))
        assert forget(follower, LD_PRELOAD=str(killer), KILL_AT=str(number)) == -signal.SIGKILL
        assert re.search("[23] taken", follower.told("--list-state"))
        assert forget(follower) in (0, 1)
        assert "2 taken" in follower.told("--list-state")
