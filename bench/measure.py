"""Runs a program once and says what it needed."""

import json
import subprocess
from dataclasses import dataclass

MOST_OF_A_LINE = 120


@dataclass(frozen=True)
class Run:
    """How one run ended and what it took."""

    code: int  # negative: the signal that ended it
    over_limit: bool
    seconds: float
    processor: float  # seconds of all its cores
    peak: int  # bytes, file mappings included
    anonymous: int  # bytes at most that are its own; 0 if nobody looked
    stdout: bytes
    complaint: str  # the last line of standard error

    @property
    def failure(self):
        """Why it doesn't count; nothing if it does."""
        if self.over_limit:
            return f"given up after {self.seconds:.0f} s"
        if self.code != 0:
            return f"failed (exit {self.code}): {self.complaint}" if self.complaint else f"failed (exit {self.code})"
        return ""


class Stopwatch:
    """Runs programs through the launcher of bench-baseline, which says why it is needed."""

    def __init__(self, launcher, scratch, limit):
        self.launcher = launcher
        self.limit = limit
        self.folder = scratch.parent
        self.stdout = scratch / "stdout"
        self.stderr = scratch / "stderr"

    def run(self, command, environment, sample=False, keep_stdout=False):
        """Once. `sample` looks at its memory meanwhile; what it prints is thrown away unless it is wanted."""
        options = ["--limit", str(self.limit), "--stderr", self.stderr]
        options += ["--sample"] if sample else []
        options += ["--stdout", self.stdout] if keep_stdout else []
        launch = [self.launcher, "launch", *options, "--", *command]
        done = subprocess.run(list(map(str, launch)), check=False, capture_output=True, env=environment)
        if done.returncode != 0:
            return Run(127, False, 0, 0, 0, 0, b"", self.complaint(done.stderr))
        stdout = self.stdout.read_bytes() if keep_stdout else b""
        return Run(**json.loads(done.stdout), stdout=stdout, complaint=self.complaint(self.stderr.read_bytes()))

    def complaint(self, text):
        """The last line that says something, short enough for a table, and without paths of this machine."""
        lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
        line = lines[-1].strip().replace(f"{self.folder}/", "") if lines else ""
        return "".join(char if char.isprintable() and char != "|" else " " for char in line)[:MOST_OF_A_LINE]
