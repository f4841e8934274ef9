"""Programs that `bench/session` and `bench/asleep` tell what to do, and the torrents that these have."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def build(name, program):
    """A program of ours, if it is not there already."""
    if program:
        return program
    subprocess.run(["cargo", "build", "--release", "--locked", "-q", "-p", name], check=True, cwd=REPOSITORY)
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release" / name


def bencode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencode(key.encode()) + bencode(item) for key, item in value.items()) + b"e"
    return b"i%de" % value if isinstance(value, int) else b"%d:%b" % (len(value), value)


class Program:
    """A program that answers each line with a line."""

    def __init__(self, command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, command):
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def line(self):
        line = self.process.stdout.readline()
        return line.strip() if line else sys.exit(f"{self.process.args[0]} ended early")

    def figures(self):
        return json.loads(self.line())

    def ask(self, command):
        self.tell(command)
        return self.figures()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
