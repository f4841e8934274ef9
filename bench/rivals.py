"""The rivals: where each is found, and how it is asked to do a job."""

import shutil
import subprocess
from pathlib import Path

import machine

PROGRAMS = Path(__file__).with_name("rival")
KIB = 1 << 10


class Rival:
    """A program found by name. A method for each job that it can do takes a `tools.Job` and returns the command."""

    kind = "rival"
    name = ""
    program_name = ""
    version_arguments = ("--version",)
    protocols = ("v1",)

    def __init__(self, surroundings):
        self.threads = str(surroundings.threads)
        self.start = self.find(surroundings)
        self.version = self.find_version() if self.start else ""

    def find(self, surroundings):
        """How its command begins; nothing if it is not there."""
        program = surroundings.program(self.name, self.program_name or self.name)
        return [program] if program else []

    def find_version(self):
        """What it says of itself; nothing if it can't be run."""
        return machine.first_line([*self.start, *self.version_arguments])

    def can(self, operation, protocol):
        """Whether it knows such torrents and has the operation."""
        return protocol in self.protocols and hasattr(self, operation)

    def command(self, job):
        """The command for a job; None if it can't do it."""
        return getattr(self, job.operation)(job) if self.can(job.operation, job.protocol) else None


class Torrenttools(Rival):
    """Many lanes by isa-l_crypto; not released for years."""

    name = "torrenttools"
    protocols = {"v1": "1", "v2": "2", "hybrid": "hybrid"}

    def create(self, job):
        options = ["--protocol", self.protocols[job.protocol], "--piece-size", job.piece_length]
        return [*self.start, "create", job.content, *options, "--threads", self.threads, "--output", job.torrent]

    def verify(self, job):
        return [*self.start, "verify", job.torrent, job.content]

    def inspect(self, job):
        return [*self.start, "show", "infohash", job.torrent]


class Libtorrent(Rival):
    """The C++ library by a program of ours, which is compiled if its headers are there."""

    name = "libtorrent (C++)"
    program_name = "libtorrent_create"
    protocols = ("v1", "v2", "hybrid")

    def find(self, surroundings):
        return super().find(surroundings) or compiled(surroundings.built / self.program_name)

    def create(self, job):
        return [*self.start, job.content, job.piece_length, job.protocol, self.threads, job.torrent]


def compiled(program):
    """The program, as a list; nothing without a compiler, pkg-config and the headers."""
    source = PROGRAMS / "libtorrent_create.cpp"
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return [program]
    asked = ["pkg-config", "--cflags", "--libs", "libtorrent-rasterbar"]
    if not (shutil.which("g++") and shutil.which("pkg-config")):
        return []
    answer = subprocess.run(asked, check=False, capture_output=True, text=True)
    if answer.returncode != 0:
        return []
    done = subprocess.run(["g++", "-O2", "-w", "-o", program, source, *answer.stdout.split()], check=False)
    return [program] if done.returncode == 0 else []


class PythonLibrary(Rival):
    """A library for Python, by a program of ours."""

    script = ""

    def find(self, surroundings):
        return [surroundings.python, PROGRAMS / self.script]

    def find_version(self):
        return machine.output([*self.start, "version"]).strip()

    def verify(self, job):
        return [*self.start, "verify", job.torrent, job.content, self.threads]

    def inspect(self, job):
        return [*self.start, "inspect", job.torrent]


class LibtorrentPython(PythonLibrary):
    """One thread makes torrents; many check data."""

    name = "libtorrent (Python)"
    script = "libtorrent_program.py"
    protocols = ("v1", "v2", "hybrid")

    def create(self, job):
        return [*self.start, "create", job.content, job.piece_length, job.protocol, job.torrent]


class Torf(PythonLibrary):
    """Hashes with the hashlib of Python, on threads."""

    name = "torf"
    script = "torf_program.py"

    def create(self, job):
        return [*self.start, "create", job.content, job.piece_length, self.threads, job.torrent]


class Mkbrr(Rival):
    """In Go."""

    name = "mkbrr"
    version_arguments = ("version",)

    def create(self, job):
        options = ["--piece-length", job.exponent, "--workers", self.threads, "--no-date", "--no-creator"]
        return [*self.start, "create", job.content, *options, "--output", job.torrent]

    def verify(self, job):
        return [*self.start, "check", job.torrent, job.content]

    def inspect(self, job):
        return [*self.start, "inspect", job.torrent]


class Mktorrent(Rival):
    """In C, on threads."""

    name = "mktorrent"
    version_arguments = ("-h",)

    def create(self, job):
        return [*self.start, "-d", "-l", job.exponent, "-t", self.threads, "-o", job.torrent, job.content]


class Transmission(Rival):
    """In C, one thread. It looks twice a second whether it is done, so that its wall time is a multiple of that."""

    name = "transmission"
    program_name = "transmission-create"

    def create(self, job):
        return [*self.start, "-s", job.piece_length // KIB, "-o", job.torrent, job.content]

    def inspect(self, job):
        show = Path(self.start[0]).with_name("transmission-show")
        return [show, job.torrent] if show.exists() else None


class Py3createtorrent(Rival):
    """In Python, on threads."""

    name = "py3createtorrent"

    def create(self, job):
        options = ["-p", job.piece_length // KIB, "--threads", self.threads, "-d", "-2", "-f", "-q"]
        return [*self.start, job.content, *options, "-o", job.torrent]


class Torrentfile(Rival):
    """In Python, one thread."""

    name = "torrentfile"
    version_arguments = ("-V",)
    protocols = {"v1": "1", "v2": "2", "hybrid": "3"}

    def create(self, job):
        options = ["--prog", "0", "--meta-version", self.protocols[job.protocol], "--piece-length", job.exponent]
        return [*self.start, "create", job.content, *options, "-o", job.torrent]

    def verify(self, job):
        return [*self.start, "recheck", job.torrent, job.content]

    def inspect(self, job):
        return [*self.start, "info", job.torrent]


class Imdl(Rival):
    """In Rust, one thread."""

    name = "imdl"

    def create(self, job):
        options = ["--piece-length", f"{job.piece_length // KIB}KiB", "--no-creation-date", "--no-created-by"]
        return [*self.start, "torrent", "create", "--input", job.content, "--output", job.torrent, *options]

    def verify(self, job):
        return [*self.start, "torrent", "verify", "--input", job.torrent, "--content", job.content]

    def inspect(self, job):
        return [*self.start, "torrent", "show", "--json", "--input", job.torrent]


class Buildtorrent(Rival):
    """In C, one thread. It insists on a tracker."""

    name = "buildtorrent"
    version_arguments = ("-V",)

    def create(self, job):
        options = ["-q", "-D", "-C", "-a", "http://127.0.0.1/", "-l", job.piece_length]
        return [*self.start, *options, job.content, job.torrent]


class Aria2(Rival):
    """A client that can check and no more."""

    name = "aria2"
    program_name = "aria2c"
    quiet = ("--no-conf", "-q", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false")

    def verify(self, job):
        check = ["--check-integrity=true", "--hash-check-only=true", "--file-allocation=none", "--seed-time=0"]
        return [*self.start, *self.quiet, *check, f"--dir={job.content.parent}", job.torrent]

    def inspect(self, job):
        return [*self.start, "--no-conf", "-S", job.torrent]


class Rqbit(Rival):
    """A client: it checks what is there, and ends since nothing is missing."""

    name = "rqbit"
    alone = (
        "--disable-dht",
        "--disable-dht-persistence",
        "--disable-lsd",
        "--disable-tcp-listen",
        "--disable-trackers",
        "--disable-upnp-port-forward",
    )

    def verify(self, job):
        where = ["--overwrite", "-o", job.content.parent]
        what = ["download", "--disable-http-api", "--exit-on-finish", *where, job.torrent]
        return [*self.start, "-v", "error", *self.alone, *what]


ALL = [
    Torrenttools,
    Libtorrent,
    LibtorrentPython,
    Mkbrr,
    Mktorrent,
    Torf,
    Transmission,
    Py3createtorrent,
    Torrentfile,
    Imdl,
    Buildtorrent,
    Aria2,
    Rqbit,
]
