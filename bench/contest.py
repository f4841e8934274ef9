"""Holds a case: all programs in turn, round after round, on data in a known state."""

import json
import os
import shlex
import sys
import time

import machine
from field import Field
from measure import Stopwatch

SLOW = 5  # seconds: who takes longer runs twice at most
OURS = 4  # rows beside the rivals', about
GUESSED_RATE = 2e9  # bytes a second that a program of the field hashes
GUESSED_FILES = 40_000  # files a second
START_UP = 0.1  # seconds
VARIABLES = {"PIECEWORK_HASH_BACKEND", "SOURCE_DATE_EPOCH"}  # would change what our programs do


class Contest:
    """Everything that stays the same from case to case."""

    def __init__(self, data, tools, options):
        self.data = data
        self.tools = tools
        self.options = options
        self.stopwatch = Stopwatch(tools.baseline.program, data.scratch, options.limit)
        self.impatient = Stopwatch(tools.baseline.program, data.scratch, SLOW)
        self.environment = {key: value for key, value in os.environ.items() if key not in VARIABLES} | {"LC_ALL": "C"}

    def hold(self, case):
        """One case's measurements, as `results` keeps them."""
        began = time.monotonic()
        print(f"{case.name}: {case.title}", file=sys.stderr)
        field = Field(self, case)
        load = machine.Load()
        rows = [Row(entry) for entry in field.entries]
        field.warm_up()
        for number in range(1 + case.rounds(self.options.rounds)):
            self.play_round(field, rows, number)
        return {
            "name": case.name,
            "title": case.title + (" (quick: little data)" if self.data.quick else ""),
            "operation": case.operation,
            "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "command": self.command(case),
            "files": len(field.paths),
            "bytes": field.bytes,
            "state": field.state,
            "load": load.sentence(),
            "took": round(time.monotonic() - began),
            "rows": [row.record() for row in rows],
        }

    def play_round(self, field, rows, number):
        """Everyone once, each round begun by another. The first warms up, looks at memory and judges."""
        shift = number % len(rows)
        for row in rows[shift:] + rows[:shift]:
            if not row.wants(number):
                continue
            field.prepare_run()
            run = self.run(row.entry, is_first=number == 0)
            row.take(run, number)
            if number == 0:
                row.failure = row.failure or field.mess()
                row.verdict = "" if row.failure else field.verdict(row.entry, run)

    def run(self, entry, is_first):
        """What it prints is wanted from a limit, which times itself, and once from all, to be judged."""
        environment = self.environment | entry.environment
        speaks = is_first or entry.kind == "limit"
        return self.stopwatch.run(entry.command, environment, sample=is_first, keep_stdout=speaks)

    def command(self, case):
        """What to type to repeat it; where data and rivals are is everyone's own."""
        words = ["bench/run", "--cases", case.name, "--rounds", str(self.options.rounds)]
        return shlex.join(words + ["--quick"] * self.data.quick)

    def guess(self, chosen):
        """Seconds that cases may take, without the making of the data."""
        return sum(self.guess_case(case) for case in chosen)

    def guess_case(self, case):
        """From the amount of data and the number of programs."""
        length, count = self.data.expected(case.data)
        rivals = [rival for rival in self.tools.rivals if case.rivals and rival.can(case.operation, case.protocol)]
        entries = OURS + len(rivals)
        run = START_UP if case.start_up else length / GUESSED_RATE + count / GUESSED_FILES
        return entries * (1 + case.rounds(self.options.rounds)) * run


class Row:
    """What is known of an entry so far."""

    def __init__(self, entry):
        self.entry = entry
        self.runs = []
        self.first = None
        self.failure = self.verdict = ""

    def wants(self, number):
        """Whether it runs in this round: not once it has failed, and twice at most if it is slow."""
        return not self.failure and not (self.first and self.first.seconds > SLOW and number > 2)

    def take(self, run, number):
        """Notes a run. The first counts for memory only."""
        self.failure = run.failure
        if number == 0:
            self.first = run
        elif not self.failure:
            self.runs.append(run)

    def record(self):
        """As `results` keeps it."""
        return {
            "label": self.entry.label,
            "kind": self.entry.kind,
            "seconds": [run.seconds for run in self.runs],
            "rates": [rate for rate in map(reported_rate, self.runs) if rate],
            "processor": [run.processor for run in self.runs],
            "peak": max([run.peak for run in (self.first, *self.runs)]),
            "anonymous": self.first.anonymous,
            "verdict": self.verdict,
            "failure": self.failure,
        }


def reported_rate(run):
    """Bytes a second, of a program that times itself; else nothing."""
    try:
        report = json.loads(run.stdout)
        return report["bytes"] / report["seconds"]
    except (ValueError, KeyError, TypeError):
        return None
