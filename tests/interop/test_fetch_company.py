"""fetch where a company has its say: authorities of its own, proxies, users and headers."""

import base64
import contextlib
import os
import ssl
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import swarms
import trees
from test_fetch_web import WithRanges, nginx, serving

DONE, NETWORK = 0, 5
TREE = trees.tree("small", {"": 300_000})
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Recording(WithRanges):
    """Notes the path and the headers of each request, and gives ranges."""

    def do_GET(self):
        self.server.answers.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if "Range" in self.headers:
            self.give(*self.range(), 1 << 20)
        else:
            self.give_all(Path(self.translate_path(self.path)).read_bytes())

    def give_all(self, content):
        """The answer to a request without a range."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Redirecting(Recording):
    """Sends everybody to another server."""

    target = ""

    def do_GET(self):
        self.server.answers.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(302)
        self.send_header("Location", self.target + self.path.lstrip("/"))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Proxy(Recording):
    """A proxy for plain HTTP: passes on what it is asked for with a whole URL."""

    def do_GET(self):
        self.server.answers.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        passed = {name: value for name, value in self.headers.items() if name.lower() == "range"}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(urllib.request.Request(self.path, headers=passed), timeout=20) as answer:
            content = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Range", "Content-Length"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            self.wfile.write(content)


def openssl(*words):
    """Runs openssl quietly."""
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)


@pytest.fixture
def authority(tmp_path):
    """A folder with an authority's certificate (ca.pem), and key and certificate of a server at 127.0.0.1 (key.pem, leaf.pem)."""
    folder = tmp_path / "authority"
    folder.mkdir()
    openssl("req", "-x509", *KEY, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-subj", "/CN=ours", "-days", "2")
    openssl("req", *KEY, "-keyout", folder / "key.pem", "-out", folder / "leaf.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    signed = ["-in", folder / "leaf.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial"]
    openssl("x509", "-req", *signed, "-extfile", folder / "names", "-days", "2", "-out", folder / "leaf.pem")
    return folder


@contextlib.contextmanager
def serving_tls(root, authority):
    """The https address of a server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "leaf.pem", authority / "key.pem")

    class Wrapped(Recording):
        def setup(self):
            # fetch hangs up on a server that it does not trust, which is no failure of the server.
            self.server.handle_error = lambda *_: None
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self):
            with contextlib.suppress(OSError):
                super().handle()

    with contextlib.suppress(OSError), serving(Wrapped, root) as (address, answers):
        yield address.replace("http:", "https:"), answers


def run(fetch, *words, **environment):
    """Runs fetch with these variables, and none of the machine's own that have to do with it."""
    ours = ("_proxy", "ssl_cert_file", "ssl_cert_dir")
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith(ours)}
    command = [fetch.program, *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env={**clean, **environment})


@pytest.mark.parametrize("is_folder", [False, True])
def test_an_authority_of_ones_own(is_folder, authority, make, fetch, data, tmp_path):
    torrent = make.torrent(TREE.plant(data))
    (authority / "folder").mkdir()
    (authority / "folder" / "ours.pem").write_bytes((authority / "ca.pem").read_bytes())
    openssl("rehash", authority / "folder")
    trusted = {"SSL_CERT_DIR": str(authority / "folder")} if is_folder else {"SSL_CERT_FILE": str(authority / "ca.pem")}
    with serving_tls(data, authority) as (address, _):
        words = [torrent, "--web-seed", address, "-o", tmp_path / "out", "--stall-timeout", "3"]
        unknown = run(fetch, *words)
        known = run(fetch, *words, **trusted)
    assert unknown.returncode == NETWORK and "SSL_CERT_FILE" in unknown.stderr, unknown
    assert known.returncode == DONE, known
    assert swarms.tree_of(tmp_path / "out") == swarms.tree_of(data)


def test_a_torrent_behind_an_authority_of_ones_own(authority, make, fetch, data, tmp_path):
    torrent = make.torrent(TREE.plant(data))
    (data / "x.torrent").write_bytes(torrent.read_bytes())
    with serving_tls(data, authority) as (address, _):
        words = [address + "x.torrent", "--dry-run", "-o", tmp_path / "out"]
        outcome = run(fetch, *words, SSL_CERT_FILE=str(authority / "ca.pem"))
    assert outcome.returncode == DONE, outcome


def test_a_proxy_is_asked_in_place_of_the_server(make, fetch, data, tmp_path):
    torrent = make.torrent(TREE.plant(data))
    with nginx(data, tmp_path) as address, serving(Proxy, data) as (proxy, asked):
        words = [torrent, "--web-seed", address, "-o", tmp_path / "out"]
        outcome = run(fetch, *words, http_proxy=proxy)
        assert outcome.returncode == DONE, outcome
        assert asked and all(path.startswith(address) for path, _ in asked)
        asked.clear()
        words[-1] = tmp_path / "directly"
        outcome = run(fetch, *words, http_proxy=proxy, no_proxy=urlsplit(address).hostname)
    assert outcome.returncode == DONE and not asked, outcome
    assert swarms.tree_of(tmp_path / "out") == swarms.tree_of(tmp_path / "directly") == swarms.tree_of(data)


def test_users_and_headers_stay_with_whom_they_are_for(make, fetch, data, tmp_path):
    """The site that was typed gets both; one that it redirects to, and one that the torrent names, get neither."""
    TREE.plant(data)
    with serving(Recording, data) as (named, asked), serving(Redirecting, data) as (typed, redirected):
        Redirecting.target = named
        torrent = make.torrent("--web-seed", named, data / TREE.name)
        secret = typed.replace("://", "://us%40er:pass@")
        words = [torrent, "--web-seed", secret, "--header", "X-Token: abc", "-o", tmp_path / "out"]
        outcome = run(fetch, *words)
    assert outcome.returncode == DONE, outcome
    assert "pass" not in outcome.stderr and "abc" not in outcome.stderr
    expected = "Basic " + base64.b64encode(b"us@er:pass").decode()
    for _, headers in redirected:
        assert (headers.get("authorization"), headers.get("x-token")) == (expected, "abc"), headers
    assert redirected and asked
    for _, headers in asked:
        assert not {"authorization", "x-token"} & headers.keys(), headers


def test_the_name_that_was_given_is_said(make, fetch, data, tmp_path):
    torrent = make.torrent(TREE.plant(data))
    with serving(Recording, data) as (address, asked):
        outcome = run(fetch, torrent, "--web-seed", address, "--user-agent", "ours/1", "-o", tmp_path / "out")
    assert outcome.returncode == DONE, outcome
    assert {headers["user-agent"] for _, headers in asked} == {"ours/1"}
