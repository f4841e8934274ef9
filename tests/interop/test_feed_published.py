"""What README shows of publishing does what it is shown for: nginx serves it, and what a client gets is proven."""

import contextlib
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import feedparser
import pytest

import trees
from conftest import REPOSITORY
from net import free_port

MAKE = "make-torrent --each --update -w https://pub.example/dist/ -o torrents/ dist/*\n"
PUBLISH = """\
make-feed --update feed.xml --title Demo --link https://pub.example/ --base-url https://pub.example/torrents/ torrents/
"""
TRIM = "make-feed --update feed.xml --keep 50 --max-age 90d < /dev/null"
CHECK = "make-feed --check feed.xml"
PATIENCE = 30

# As Debian has it, but for the port and the folders.
NGINX = """\
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  include /etc/nginx/mime.types; access_log {log};
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextlib.contextmanager
def nginx(root, folder, log=False):
    """The address of an nginx that serves `root`; ended by its own number. It may log what it is asked."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, root=root, port=port, log=folder / "access.log" if log else "off"))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    # Started by root it would serve as somebody else, who may not look into the folders of a test.
    user = "user root; " if os.geteuid() == 0 else ""
    command = [program, "-c", config, "-e", folder / "error.log", "-g", f"{user}master_process off;"]
    with subprocess.Popen(command) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def wait_for(url):
    """Until somebody answers there, whatever the answer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except urllib.error.HTTPError:
            return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError(f"nobody answers at {url}")


def get(url):
    """What is at a URL."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()


@pytest.fixture
def shell(programs, tmp_path):
    """Runs what README shows, at another address."""

    def shell(lines, address):
        assert lines in (REPOSITORY / "README.md").read_text()
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        command = ["bash", "-euo", "pipefail", "-c", lines.replace("https://pub.example/", address)]
        www = tmp_path / "www"
        return subprocess.run(command, cwd=www, env=environment, text=True, capture_output=True, timeout=PATIENCE)

    return shell


def test_from_files_to_a_proven_download(shell, tmp_path, fetch, verify):
    www = tmp_path / "www"
    (www / "torrents").mkdir(parents=True)
    (tmp_path / "nginx").mkdir()
    trees.tree("dist", {"demo-1.0.iso": 3_000_000, "a b & ü.iso": 2_200_000, "folder/x": 2_100_000, "folder/y z": 5}).plant(www)
    with nginx(www, tmp_path / "nginx") as address:
        assert shell(MAKE, address).returncode == 0
        # Whatever goes wrong the first time, the same line does it the next time.
        (www / "feed.xml").mkdir()
        assert shell(PUBLISH, address).returncode == 4
        (www / "feed.xml").rmdir()
        published = shell(PUBLISH, address)
        assert (published.returncode, published.stdout) == (0, "feed.xml: 3 items (3 new)\n"), published
        assert shell(CHECK, address).stdout == ""
        before = (www / "feed.xml").stat()
        assert shell(TRIM, address).returncode == 0
        after = (www / "feed.xml").stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        feed = feedparser.parse(get(f"{address}feed.xml"))
        with urllib.request.urlopen(f"{address}feed.xml", timeout=PATIENCE) as answer:
            assert answer.headers.get_content_type() in ("text/xml", "application/rss+xml")
        assert len(feed.entries) == 3
        for at, entry in enumerate(feed.entries):
            (enclosure,) = entry.enclosures
            into = tmp_path / f"client {at}"
            fetched = fetch(enclosure.href, "-o", into, "--deadline", "60s")
            assert fetched.code == 0, fetched
            torrent = tmp_path / f"{at}.torrent"
            torrent.write_bytes(get(enclosure.href))
            proven = verify.json(torrent, into)
            assert (proven.code, {file["state"] for file in proven.files}) == (0, {"ok"}), proven
        trees.tree("dist", {"demo-1.1.iso": 2_300_000}).plant(www)
        again = shell(MAKE, address)
        assert again.returncode == 0 and again.stderr.count("is still right") == 3, again
        again = shell(PUBLISH, address)
        assert (again.returncode, again.stdout) == (0, "feed.xml: 4 items (1 new)\n"), again
        old = {entry.id: entry.published for entry in feed.entries}
        new = {entry.id: entry.published for entry in feedparser.parse(get(f"{address}feed.xml")).entries}
        assert old.items() < new.items()
