"""Watches, by strace, which places a program touches; and a canary, a folder that it must leave alone."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

CALLS = "trace=%file,%stat,%lstat,%fstat"
# A folder, or what stands for the current one, and a path from there; or a path alone as the first argument.
PATH = r'"((?:[^"\\]|\\.)*)"'
ARGUMENTS = re.compile(rf'(?:<([^>]*)>, |^\w+\(){PATH}')
RESULT = re.compile(r"\) = \d+<([^>]*)>$")
PROCESS = re.compile(r"/proc/\d+/")
LONG_AGO, NOT_SO_LONG_AGO = 1_000_000_000, 1_100_000_000


def calls_of(command, *options):
    """The calls of a program and all its threads that have to do with files. Started in the root of all folders."""
    with tempfile.TemporaryDirectory() as logs:
        # One log a thread, so that no line is cut in two; with inodes, the paths of descriptors and all of every name.
        strace = ["strace", "-ff", "-y", "-v", "-s", "9999", "-e", CALLS, *options, "-o", f"{logs}/thread"]
        done = subprocess.run([*strace, *map(str, command)], cwd="/", check=False, capture_output=True, timeout=60)
        lines = [line for log in Path(logs).iterdir() for line in log.read_text().splitlines()]
    return done, [line for line in lines if line[0] not in "+-"]


def places(calls):
    """The paths that calls named or led to."""
    found = set()
    for call in calls:
        found |= {os.path.join("/", folder, name) for folder, name in ARGUMENTS.findall(call)}
        found |= set(RESULT.findall(call))
    # The same program has another number each time.
    return {PROCESS.sub("/proc/self/", os.path.normpath(path)) for path in found}


class Canary:
    """A folder with content. Whoever reads it, lists it or asks about anything in it is found out."""

    def __init__(self, folder, files):
        self.folder = folder
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.members = [folder, *folder.rglob("*")]
        for path in self.members:
            # A kernel that notes times of access lazily notes the first after a change.
            os.utime(path, (LONG_AGO, NOT_SO_LONG_AGO))
        self.before = self.look()

    def look(self):
        """Inodes and times, of which that of access comes with the first byte read."""
        stats = [(str(path), os.lstat(path)) for path in self.members]
        return [(path, stat.st_ino, stat.st_size, stat.st_atime, stat.st_mtime, stat.st_ctime) for path, stat in stats]

    def is_untouched(self):
        """Whether nobody has read or changed it."""
        return self.look() == self.before

    def calls_on(self, calls):
        """Of the calls, those that named it or were answered about it; that a link's text was read is no offence."""
        inodes = "|".join(str(inode) for _, inode, *_ in self.before)
        named = re.compile(rf"{re.escape(self.folder.name)}|stx?_ino=({inodes})\b")
        return [call for call in calls if not call.startswith(("readlink", "execve")) and named.search(call)]
