"""All that can stand in a row: our tools and the ways to run them, baselines, limits of the machine, rivals."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import machine
import rivals

DIRECT_DEPTHS = (1, 8, 32)
BACKENDS = re.compile(r"it has: ([a-z0-9, -]+)")
LABELS = {"create": "make-torrent", "verify": "verify-data", "inspect": "inspect-torrent"}


@dataclass(frozen=True)
class Job:
    """What a program is asked to do."""

    operation: str
    content: Path
    piece_length: int
    protocol: str
    torrent: Path  # to write, or to read
    names: Path | None = None  # a list of all files, each name ended by NUL

    @property
    def exponent(self):
        """Of 2, the piece length."""
        return self.piece_length.bit_length() - 1


@dataclass(frozen=True)
class Entry:
    """A row before it is measured."""

    label: str
    kind: str  # ours, rival, baseline or limit
    command: list
    environment: dict = field(default_factory=dict)


class Tools:
    """Who takes part."""

    def __init__(self, options, folder, built):
        threads = os.cpu_count() or 1
        surroundings = Surroundings(dict(options.rival), options.python, built, threads)
        wanted = [rival for rival in rivals.ALL if rival.name not in options.without]
        everyone = [rival(surroundings) for rival in wanted]
        self.piecework = Piecework(folder)
        self.baseline = Baseline(folder / "bench-baseline", threads)
        self.rivals = [rival for rival in everyone if rival.version]
        self.missing = [rival.name for rival in everyone if not rival.version]

    def versions(self):
        """Names and versions of all."""
        return {tool.name: tool.version for tool in (self.piecework, *self.rivals)}

    def entries(self, case, job):
        """The rows of a case; the first is our tool, unless the case has none."""
        if case.operation != "limit":
            yield from self.piecework.entries(job, case.variants)
        yield from self.baseline.entries(case, job)
        for rival in self.rivals if case.rivals else []:
            command = rival.command(job)
            if command:
                yield Entry(rival.name, rival.kind, command)


@dataclass(frozen=True)
class Surroundings:
    """Where rivals are looked for."""

    given: dict  # by --rival
    python: str
    built: Path
    threads: int

    def program(self, name, program_name):
        """The path of a rival; None if it is not there. Programs of Python packages lie beside their Python."""
        beside_python = Path(self.python).parent
        return self.given.get(name) or shutil.which(program_name, path=f"{beside_python}:{os.environ.get('PATH', '')}")


class Piecework:
    """Our tools."""

    name = "Piecework"

    def __init__(self, folder):
        self.folder = folder
        self.version = machine.first_line([folder / "make-torrent", "--version"])

    def command(self, job):
        """The command for a job."""
        if job.operation == "inspect":
            return [self.program(job), "--json", job.torrent]
        if job.operation == "verify":
            return [self.program(job), job.torrent, job.content, "-q"]
        options = ["-l", job.piece_length, "--protocol", job.protocol, "-o", job.torrent, "-q"]
        return [self.program(job), job.content, *options]

    def program(self, job):
        """The tool whose job it is."""
        return self.folder / LABELS[job.operation]

    def entries(self, job, variants):
        """The default, and what is to stand beside it."""
        label, command = LABELS[job.operation], self.command(job)
        yield Entry(label, "ours", command)
        if variants == "backends":
            for name in self.backends():
                yield Entry(f"{label}, {name}", "ours", command, {"PIECEWORK_HASH_BACKEND": name})
        if variants == "io" and "--io" in machine.output([self.program(job), "--help"]):
            for way in ("mmap", "read", "direct"):
                yield Entry(f"{label} --io {way}", "ours", [*command, "--io", way])

    def backends(self):
        """Those that this processor has, as make-torrent lists them when it is asked for one that is none."""
        asked = [self.folder / "make-torrent", "--hash-backend", "help", "/dev/null", "-o", "-"]
        said = BACKENDS.search(machine.output(asked, both=True))
        return said[1].split(", ") if said else []


class Baseline:
    """Programs that are no torrent tools: what anyone would write first, and what the machine can do at best."""

    def __init__(self, program, threads):
        self.program = program
        self.threads = threads

    def entries(self, case, job):
        """Those that a case's programs are to be held against."""
        if case.operation == "limit":
            return [*self.memory(), self.page_cache(job), *self.direct(job)]
        if case.operation == "inspect" or case.start_up:
            return []
        if job.content.is_dir():
            return self.many(job)
        hashing = [self.crates(job)] if case.operation == "create" else []
        disk = [Entry("cat", "limit", ["cat", job.content]), *self.direct(job)] if case.cold else []
        return hashing + disk

    def crates(self, job):
        """The sha1 and sha2 crates with rayon over mmap."""
        crates = {"v1": "sha1", "v2": "sha2", "hybrid": "sha1 + sha2"}[job.protocol]
        command = [self.program, "hash", job.protocol, job.piece_length, job.content, job.torrent]
        return Entry(f"{crates}, rayon, mmap", "baseline", command)

    def many(self, job):
        """What the kernel takes for the files alone."""
        for threads in dict.fromkeys((1, self.threads)):
            command = [self.program, "many", "--threads", threads, job.names]
            yield Entry(f"open + read + close alone, {plural(threads, 'thread')}", "limit", command)

    def memory(self):
        """How fast memory is read."""
        for threads in dict.fromkeys((1, self.threads)):
            command = [self.program, "memory", "--threads", threads]
            yield Entry(f"memory, {plural(threads, 'thread')}", "limit", command)

    def page_cache(self, job):
        """How fast one core copies out of the page cache."""
        return Entry("read() from the page cache, 1 thread", "limit", [self.program, "read", job.content])

    def direct(self, job):
        """How fast the disk is past the page cache."""
        for depth in DIRECT_DEPTHS:
            command = [self.program, "direct", job.content, "--depth", depth]
            yield Entry(f"O_DIRECT, {plural(depth, 'read')} of 1 MiB in flight", "limit", command)


def plural(count, noun):
    """A count with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
