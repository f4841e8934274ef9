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
SAMPLE = 1000  # files at least that are asked about
SLOW = 5  # seconds: who takes longer runs twice at most
GUESSED_RATE = 0.8e9  # bytes a second that a program of the field hashes, waiting and checking included
GUESSED_FILES = 40_000  # files a second
START_UP = 0.1  # seconds


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
        """From the amount of data alone."""
        length, count = self.data.expected(case.data)
        entries = 6 + (len(self.tools.rivals) if case.rivals and case.protocol == "v1" else 1)
        run = START_UP if case.start_up else length / GUESSED_RATE + count / GUESSED_FILES
        return entries * (1 + case.rounds(self.options.rounds)) * run


class Field:
    """The data of a case, its reference torrent, and who runs on it."""

    def __init__(self, contest, case):
        self.contest = contest
        self.case = case
        self.state = ""
        content, scratch = getattr(contest.data, case.data)(), contest.data.scratch
        self.paths = files(content)
        self.bytes = sum(os.path.getsize(path) for path in self.paths)
        names = scratch / "names"
        names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in self.paths))
        job = Job("create", content, case.piece_length, case.protocol, scratch / "reference.torrent", names)
        reference = self.made_by_us(job)
        torrent = scratch / "made.torrent" if case.operation == "create" else reference
        self.job = dataclasses.replace(job, operation=case.operation, torrent=torrent)
        self.judge = Judge(reference, self.job, contest.tools.piecework.folder / "verify-data")
        self.entries = list(contest.tools.entries(case, self.job))

    def made_by_us(self, job):
        """The torrent that others read, and that theirs are held against."""
        job.torrent.unlink(missing_ok=True)
        machine.call(self.contest.tools.piecework.command(job))
        return job.torrent

    def warm_up(self):
        """Brings the data into the page cache in a way that can be told: that decides how large its pages are."""
        if not self.case.cold and self.case.data != "big_small_pages":
            machine.push_out(self.paths)
            machine.bring_in(self.paths)

    def prepare_run(self):
        """Nothing is where a torrent is to be written, and the data is where the case wants it, warm or cold."""
        if self.job.operation == "create":
            self.job.torrent.unlink(missing_ok=True)
        self.state = self.cooled() if self.case.cold else self.warmed()

    def warmed(self):
        """All data is in the page cache, whatever the last program did: some push out what they have read."""
        some = self.paths[:: max(1, len(self.paths) // SAMPLE)]
        share = machine.resident_share(some)
        if share is None or share < WARM:
            machine.bring_in(self.paths)
            share = machine.resident_share(some)
        how = "written in 4 KiB writes" if self.case.data == "big_small_pages" else "read in front to back"
        return f"page cache: {percent(share)} resident before each run, {how}"

    def cooled(self):
        """None of it is."""
        machine.push_out(self.paths)
        forgot = len(self.paths) > 1 and machine.forget_inodes()
        share = percent(machine.resident_share(self.paths))
        return f"page cache: {share} resident before each run, {'inodes forgotten' if forgot else 'inodes kept'}"

    def mess(self):
        """What to say of a program that left files among the data, which would spoil the rest. They are taken away."""
        new = set(files(self.job.content)) - set(self.paths)
        for path in new:
            os.unlink(path)
        return "leaves files among the data" if new else ""

    def verdict(self, entry, run):
        """What a first run was worth."""
        verdict = self.judge.verdict(entry, run)
        return self.of_damage(entry) if self.case.operation == "verify" and entry.kind == "rival" else verdict

    def of_damage(self, entry):
        """Whether a program that checks data says by its exit code that one bit is wrong."""
        data, scratch = self.contest.data, self.contest.data.scratch
        torrent = self.made_by_us(Job("create", data.one(), 16 << 10, self.case.protocol, scratch / "one.torrent"))
        job = Job("verify", data.one_damaged(), 16 << 10, self.case.protocol, torrent)
        rival = next(rival for rival in self.contest.tools.rivals if rival.name == entry.label)
        run = self.contest.impatient.run(rival.command(job), self.contest.environment)
        if run.over_limit:
            return "does not end on damage"
        return "" if run.code else "its exit code does not tell of damage"


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
