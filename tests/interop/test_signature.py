"""Signed feeds: `minisign` believes what make-feed signs, and make-feed and follow-feed what `minisign` signs."""

import functools
import http.server
import json
import os
import pty
import select
import subprocess
import threading
import time

import pytest

import trees
from conftest import built

URL = "https://pub.example/feed.xml"
PATIENCE = 120  # seconds: unlocking a key takes a gigabyte and some seconds
BEFORE = {"rss": b"\n<?minisign ", "atom": b"\n<?minisign ", "json": b',\n  "_minisign": "'}
AFTER = {"rss": b"?>\n", "atom": b"?>\n", "json": b'"\n}\n'}


def minisign(*arguments, typed=b""):
    return subprocess.run(["minisign", *map(str, arguments)], input=typed, check=False, capture_output=True, timeout=PATIENCE)


def key(folder, name="key", password=None):
    """A key that minisign makes: the path of the secret one, and the public one."""
    secret, public = folder / f"{name}.key", folder / f"{name}.pub"
    options, typed = (["-W"], b"") if password is None else ([], f"{password}\n{password}\n".encode())
    done = minisign("-G", *options, "-p", public, "-s", secret, typed=typed)
    assert done.returncode == 0, done
    return secret, public.read_text().splitlines()[1]


@pytest.fixture
def typed(make, tmp_path):
    """What make-feed needs for a feed of one torrent."""
    torrent = make.torrent(trees.tree("a", {"x": 3 << 20}).plant(tmp_path / "content"))
    words = ["--title", "Demo", "--link", "https://pub.example/", "--base-url", "https://pub.example/t/"]
    return [*words, "--self-url", URL, "--date", "1795323600", torrent]


def taken_apart(signed, form):
    """The feed without its signature, and that as minisign has it in a file of its own."""
    at = signed.rindex(BEFORE[form])
    line = signed[at + len(BEFORE[form]) : -len(AFTER[form])].decode()
    signature, rest = line.split(" ", 1)
    comment, both = rest.rsplit(" ", 1)
    kept = b"\n" if form != "json" else b"\n}\n"
    return signed[:at] + kept, f"untrusted comment: x\n{signature}\ntrusted comment: {comment}\n{both}\n", comment


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_minisign_believes_what_we_sign(form, typed, make_feed, tmp_path):
    secret, public = key(tmp_path)
    path = tmp_path / "signed"
    outcome = make_feed(*typed, "--format", form, "--sign", secret, "-o", path)
    assert outcome.code == 0, outcome
    feed, minisig, comment = taken_apart(path.read_bytes(), form)
    assert comment == f"feed:{URL} built:1795323600 key:{public}"
    (tmp_path / "feed").write_bytes(feed)
    (tmp_path / "feed.minisig").write_text(minisig)
    done = minisign("-V", "-H", "-P", public, "-m", tmp_path / "feed")
    assert done.returncode == 0 and f"Trusted comment: {comment}".encode() in done.stdout, done
    assert make_feed(*typed, "--format", form, "-o", tmp_path / "plain").code == 0
    assert (tmp_path / "plain").read_bytes() == feed, "what is signed is the feed as it would be without"
    (tmp_path / "feed").write_bytes(feed + b" ")
    assert minisign("-V", "-P", public, "-m", tmp_path / "feed").returncode != 0


def test_we_believe_what_minisign_signs(typed, make_feed, tmp_path):
    secret, public = key(tmp_path)
    _, other = key(tmp_path, "other")
    path = tmp_path / "feed.xml"
    assert make_feed(*typed, "-o", path).code == 0
    done = minisign("-S", "-s", secret, "-m", path, "-t", f"feed:{URL} built:1 key:{public}")
    assert done.returncode == 0, done
    assert make_feed("--check", "--key", public, path).code == 0
    assert make_feed("--check", "--key", other, path).code == 3
    assert make_feed("--update", path, "--title", "Other").code == 3, "no unsigned one may follow"
    path.write_bytes(path.read_bytes() + b" ")
    assert make_feed("--check", "--key", public, path).code == 3
    # A comment of minisign itself does not say which feed it is of.
    done = minisign("-S", "-s", secret, "-m", path)
    outcome = make_feed("--check", "--key", public, path)
    assert (done.returncode, outcome.code) == (0, 3) and "does not say which feed" in outcome.stderr


def on_terminal(command, password, stdin):
    """Run a command that owns a terminal, at which the password is typed: its code, and what the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.dup2(stdin, 0)
        os.execv(command[0], [str(word) for word in command])
    shown, is_typed, deadline = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            read = os.read(terminal, 4096)
        except OSError:
            break
        if not read:
            break
        shown += read
        if b"Password of" in shown and not is_typed:
            os.write(terminal, password.encode() + b"\n")
            is_typed = True
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def test_a_password_is_asked_for_on_the_terminal(typed, make_feed, tmp_path):
    secret, public = key(tmp_path, password="hunter2")
    path = tmp_path / "feed.xml"
    command = [make_feed.program, *typed, "--sign", secret, "-o", path]
    with open(os.devnull, "rb") as nothing:
        code, shown = on_terminal(command, "hunter3", nothing.fileno())
        assert (code, path.exists()) == (3, False) and b"the password is wrong" in shown, shown
        code, shown = on_terminal(command, "hunter2", nothing.fileno())
    assert code == 0 and b"hunter2" not in shown, shown
    assert make_feed("--check", "--key", public, path).code == 0
    # Where there is no terminal, nothing waits for it.
    command = [*map(str, command), "--force"]
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, start_new_session=True, timeout=PATIENCE)
    assert done.returncode == 2 and b"there is no terminal" in done.stderr, done


class Follower:
    """Follows a file that a web server serves, in a folder of its own. Its URL is that of a mirror."""

    def __init__(self, program, folder):
        self.program, self.folder, self.passes = program, folder, 0
        self.served = folder / "served"
        self.served.mkdir()

    def __enter__(self):
        handler = functools.partial(Quiet, directory=self.served)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/feed"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def __call__(self, feed, *arguments):
        """One pass over these bytes: how it ended, the kinds of what was told but of the feed, and the last event."""
        (self.served / "feed").write_bytes(feed)
        # The server tells versions apart by whole seconds.
        self.passes += 1
        os.utime(self.served / "feed", times=(self.passes, self.passes))
        command = [self.program, "--json", "--state", self.folder / "state", "--recheck", "--first-run", "all", *arguments, self.url]
        done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, [event["event"] for event in events if event["event"] != "feed"], events[-1]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def follow(programs, tmp_path):
    folder = tmp_path / "follower"
    folder.mkdir()
    with Follower(built(programs / "follow-feed"), folder) as follower:
        yield follower


def signed_by_minisign(folder, feed, form, secret, public, seconds):
    """A feed with the signature in it that minisign itself makes."""
    (folder / "plain").write_bytes(feed)
    comment = f"feed:{URL} built:{seconds} key:{public}"
    done = minisign("-S", "-s", secret, "-m", folder / "plain", "-x", folder / "plain.minisig", "-t", comment)
    assert done.returncode == 0, done
    _, signature, _, both = (folder / "plain.minisig").read_text().splitlines()
    kept = b"\n" if form != "json" else b"\n}\n"
    return feed.removesuffix(kept) + BEFORE[form] + f"{signature} {comment} {both}".encode() + AFTER[form]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_a_feed_that_minisign_signs_is_followed(form, typed, make_feed, follow, tmp_path):
    secret, public = key(tmp_path)
    other, _ = key(tmp_path, "other")
    path = tmp_path / "plain.feed"
    assert make_feed(*typed, "--format", form, "-o", path).code == 0
    feed = path.read_bytes()
    good = signed_by_minisign(tmp_path, feed, form, secret, public, 1795323600)
    code, kinds, last = follow(good, "--key", public)
    assert (code, kinds) == (0, ["key-pinned", "taken"])
    assert last["offered_by"] == {"key": public, "host": "127.0.0.1", "tls": False} and "unproven" not in last, last
    assert follow(good)[:2] == (0, [])
    for bad, why in [
        (feed, "unsigned"),
        (good.replace(b"Demo", b"Dem0"), "bad-signature"),
        (signed_by_minisign(tmp_path, feed, form, secret, public, 1795323599), "rollback"),
        (signed_by_minisign(tmp_path, feed.replace(b"Demo", b"Dem0"), form, secret, public, 1795323600), "rollback"),
        # Minisign signs with a key whatever the comment says of another.
        (signed_by_minisign(tmp_path, feed, form, other, public, 1795323601), "bad-signature"),
    ]:
        code, kinds, last = follow(bad)
        assert (code, kinds) == (3, ["refused"]) and last["why"].endswith(f"[{why}]"), last
    assert follow(good)[:2] == (0, [])


@pytest.mark.parametrize("form", ["rss", "json"])
def test_what_make_feed_signs_is_followed_from_key_to_key(form, typed, make_feed, follow, tmp_path):
    (old, old_public), (new, new_public) = key(tmp_path), key(tmp_path, "new")
    path = tmp_path / "feed"
    assert make_feed(*typed, "--format", form, "--sign", old, "-o", path).code == 0
    assert follow(path.read_bytes())[:2] == (0, ["key-pinned", "taken"])
    update = ["--update", path, "--date", "1795323700"]
    assert make_feed(*update, "--sign", old, "--next-key", new_public).code == 0
    announced = path.read_bytes()
    assert follow(announced)[:2] == (0, [])
    assert make_feed(*update, "--sign", new, "--key", old_public).code == 0
    code, kinds, _ = follow(path.read_bytes())
    assert (code, kinds) == (0, ["key-changed"])
    code, kinds, last = follow(announced)
    assert (code, kinds) == (3, ["refused"]) and last["why"].endswith("[other-key]"), last
