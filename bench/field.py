"""The data of a case in the state that the case wants, the torrent that others are held against, and who runs."""

import dataclasses
import os

import machine
from cases import SMALLEST_PIECES
from data import files
from tools import Job
from torrents import Judge

WARM = 0.999  # share of the data in the page cache
SAMPLE = 1000  # files at least that are asked about


class Field:
    """The data of a case, its reference torrent, and who runs on it."""

    def __init__(self, contest, case):
        self.contest = contest
        self.case = case
        self.state = ""
        self.origin = "written in 4 KiB writes" if case.data == "big_small_pages" else "read in front to back"
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
        if not self.case.cold and self.case.operation != "inspect" and self.case.data != "big_small_pages":
            machine.push_out(self.paths)
            machine.bring_in(self.paths)

    def prepare_run(self):
        """Nothing is where a torrent is to be written, and the data is where the case wants it, warm or cold."""
        if self.job.operation == "create":
            self.job.torrent.unlink(missing_ok=True)
        if self.job.operation == "inspect":
            self.state = "only the torrent is read"
        else:
            self.state = self.cooled() if self.case.cold else self.warmed()

    def warmed(self):
        """All data is in the page cache, whatever the last program did: some push out what they have read."""
        some = self.paths[:: max(1, len(self.paths) // SAMPLE)]
        share = machine.resident_share(some)
        if share is None or share < WARM:
            machine.bring_in(self.paths)
            self.origin = "read in front to back"
            share = machine.resident_share(some)
        return f"page cache: {percent(share)} resident before each run, {self.origin}"

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
        data, torrent = self.contest.data, self.contest.data.scratch / "one.torrent"
        self.made_by_us(Job("create", data.one(), SMALLEST_PIECES, self.case.protocol, torrent))
        job = Job("verify", data.one_damaged(), SMALLEST_PIECES, self.case.protocol, torrent)
        rival = next(rival for rival in self.contest.tools.rivals if rival.name == entry.label)
        run = self.contest.impatient.run(rival.command(job), self.contest.environment)
        if run.over_limit:
            return "does not end on damage"
        return "" if run.code else "its exit code does not tell of damage"


def percent(share):
    """A share that the kernel may not know."""
    return "unknown share" if share is None else f"{100 * share:.0f} %"
