"""Holds a case: all programs in turn, round after round, on data in a known state."""

import dataclasses
import json
import os
import shlex
import sys
import time

import machine
from data import files
from measure import Stopwatch
from tools import Entry, Job
from torrents import Judge

WARM = 0.999  # share of the data in the page cache
SLOW = 5  # seconds: who takes longer runs twice at most
GUESSED_RATE = 0.8e9  # bytes a second that a program of the field hashes, waiting and checking included
GUESSED_FILES = 40_000  # files a second


class Contest:
    """Everything that stays the same from case to case."""

    def __init__(self, data, tools, options):
        self.data = data
        self.tools = tools
        self.options = options
        self.stopwatch = Stopwatch(tools.baseline.program, data.scratch, options.limit)
        self.environment = {key: value for key, value in os.environ.items() if key not in VARIABLES} | {"LC_ALL": "C"}

    def hold(self, case):
        """One case's measurements, as `results` keeps them."""
        began = time.monotonic()
        print(f"{case.name}: {case.title}", file=sys.stderr)
        field = Field(self, case)
        load = machine.Load()
        rows = [Row(entry) for entry in field.entries]
        for number in range(1 + self.options.rounds * case.times):
            field.prepare_round()
            self.play_round(field, rows, number)
        return {
            "name": case.name,
            "title": case.title + (" (quick)" if self.data.quick else ""),
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
        """Everyone once, each round beginning with another one. The first round warms up, looks at memory and judges."""
        shift = number % len(rows)
        for row in rows[shift:] + rows[:shift]:
            if not row.wants(number):
                continue
            field.prepare_run()
            run = self.run(row.entry, is_first=number == 0)
            row.take(run, number)
            if number == 0 and not row.failure:
                row.verdict = field.verdict(row.entry, run)

    def run(self, entry, is_first):
        """What it prints is wanted from a limit, which times itself, and once from all, to be judged."""
        environment = self.environment | entry.environment
        return self.stopwatch.run(entry.command, environment, sample=is_first, keep_stdout=is_first or entry.kind == "limit")

    def command(self, case):
        """What to type to repeat it; where data and rivals are is everyone's own."""
        words = ["bench/run", "--cases", case.name, "--rounds", str(self.options.rounds)]
        return shlex.join(words + ["--quick"] * self.data.quick)

    def guess(self, chosen):
        """Seconds that cases may take, without the making of the data."""
        return sum(self.guess_case(case) for case in chosen)

    def guess_case(self, case):
        """From the amount of data alone."""
        length, count = self.data.expected(case.data)
        entries = 6 + (len(self.tools.rivals) if case.rivals and case.protocol == "v1" else 1)
        run = 0.05 if case.operation == "inspect" and count == 1 else length / GUESSED_RATE + count / GUESSED_FILES
        return entries * (1 + self.options.rounds * case.times) * run


class Field:
    """The data of a case, its reference torrent, and who runs on it."""

    def __init__(self, contest, case):
        self.contest = contest
        self.case = case
        self.state = ""
        content = getattr(contest.data, case.data)()
        self.paths = files(content)
        self.bytes = sum(os.path.getsize(path) for path in self.paths)
        names = contest.data.scratch / "names"
        names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in self.paths))
        made = Job("create", content, case.piece_length, case.protocol, contest.data.scratch / "made.torrent", names)
        reference = self.made_by_us(dataclasses.replace(made, torrent=contest.data.scratch / "reference.torrent"))
        self.job = made if case.operation == "create" else dataclasses.replace(made, operation=case.operation, torrent=reference)
        self.judge = Judge(reference, self.job, contest.tools.piecework.folder / "verify-data")
        self.entries = list(contest.tools.entries(case, self.job))

    def made_by_us(self, job):
        """The torrent that others read, and that theirs are held against."""
        job.torrent.unlink(missing_ok=True)
        machine.call(list(map(str, self.contest.tools.piecework.command(job))), stdout=sys.stderr)
        return job.torrent

    def prepare_round(self):
        """Warm data is in the page cache, all of it."""
        if self.case.cold:
            return
        share = machine.resident_share(self.paths)
        if share is None or share < WARM:
            machine.bring_in(self.paths)
            share = machine.resident_share(self.paths)
        self.state = f"page cache: {percent(share)} resident, {self.brought_in()}"

    def brought_in(self):
        """How the data got into the page cache, which decides how large its pages are."""
        return "written in 4 KiB writes" if self.case.data == "big_small_pages" else "written in 16 MiB writes or read front to back"

    def prepare_run(self):
        """Cold data is not in the page cache; nothing is where a torrent is to be written."""
        if self.job.operation == "create":
            self.job.torrent.unlink(missing_ok=True)
        if self.case.cold:
            how = machine.push_out(self.paths)
            self.state = f"page cache: {percent(machine.resident_share(self.paths))} resident before each run, by {how}"

    def verdict(self, entry, run):
        """What a first run was worth."""
        verdict = self.judge.verdict(entry, run)
        if self.case.operation == "verify" and entry.kind == "rival" and not self.notices_damage(entry):
            return "its exit code does not tell of damage"
        return verdict

    def notices_damage(self, entry):
        """Whether the exit code of a program that checks data says that one bit is wrong."""
        data, scratch = self.contest.data, self.contest.data.scratch
        torrent = self.made_by_us(Job("create", data.one(), 16 << 10, self.case.protocol, scratch / "one.torrent"))
        job = Job("verify", data.one_damaged(), 16 << 10, self.case.protocol, torrent)
        rival = next(rival for rival in self.contest.tools.rivals if rival.name == entry.label)
        run = self.contest.stopwatch.run(rival.command(job), self.contest.environment)
        return run.code != 0 and not run.over_limit


class Row:
    """What is known of an entry so far."""

    def __init__(self, entry: Entry):
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


def percent(share):
    """A share that the kernel may not know."""
    return "unknown share" if share is None else f"{100 * share:.0f} %"


# What would change what a program of ours does.
VARIABLES = {"PIECEWORK_HASH_BACKEND", "SOURCE_DATE_EPOCH"}
