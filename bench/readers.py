"""Who reads the feeds of `bench/follow`: how each is told what to do, and how many items it has so far."""

import json
import shutil
import sqlite3
from pathlib import Path

FLEXGET_PATIENCE = Path(__file__).with_name("rival") / "flexget_patience.py"


class Reader:
    """A program that reads feeds, with a folder of its own for all that it remembers."""

    learns_late = False  # what a server says of a feed counts for it from the second pass on

    def __init__(self, program, folder, urls, patience):
        self.program, self.folder, self.patience = program, folder, patience
        (folder / "urls").write_text("".join(f"{url}\n" for url in urls))
        self.prepare(urls)

    def prepare(self, urls):
        """Writes what it wants to have configured."""


class FollowFeed(Reader):
    """Prints new items, as it does when it is told nothing else."""

    name = "follow-feed"
    first_run = "all"

    def command(self, is_first):
        always = ["--list", self.folder / "urls", "--state", self.folder / "state", "--pause", "0", "--first-run", self.first_run]
        # Without it a feed is left alone for an hour, or longer if it is dead.
        again = [] if is_first else ["--recheck"]
        return [self.program, *always, "--timeout", f"{self.patience}s", *self.sink(), *again]

    def sink(self):
        return []

    def items(self):
        """Those that are taken: the last line on an item in a journal says so."""
        return list(self.states().values()).count("taken")

    def states(self):
        journals = (self.folder / "state").glob("*.ndjson")
        records = ((journal.name, json.loads(line)) for journal in journals for line in journal.read_text().splitlines())
        return {(name, record["id"]): record["state"] for name, record in records if "id" in record}


class FollowFeedBaseline(FollowFeed):
    """Takes only what comes after the first pass, and remembers all that was there."""

    first_run = "none"

    def items(self):
        return len(self.states())


class FollowFeedSave(FollowFeed):
    """Saves a .torrent for each item."""

    name = "follow-feed --save"

    def sink(self):
        return ["--save", self.folder / "torrents"]

    def prepare(self, urls):
        (self.folder / "torrents").mkdir()

    def items(self):
        return len(list((self.folder / "torrents").glob("*.torrent")))


class FlexGet(Reader):
    """One task of all feeds, which accepts everything that it has not seen."""

    name = "FlexGet"

    def prepare(self, urls):
        (self.folder / "plugins").mkdir()
        shutil.copy(FLEXGET_PATIENCE, self.folder / "plugins")
        task = {"inputs": [{"rss": url} for url in urls], "accept_all": True, **self.output()}
        # JSON is YAML.
        (self.folder / "config.yml").write_text(json.dumps({"tasks": {"all": task}}))

    def output(self):
        return {}

    def command(self, _):
        return [self.program, "-c", self.folder / "config.yml", "--loglevel", "error", "execute"]

    def items(self):
        return rows(self.folder / "db-config.sqlite", "seen_entry")


class FlexGetDownload(FlexGet):
    """The same, and saves a .torrent for each."""

    name = "FlexGet, download"

    def output(self):
        (self.folder / "torrents").mkdir()
        return {"download": str(self.folder / "torrents")}

    def items(self):
        return len(list((self.folder / "torrents").glob("*")))


class Newsboat(Reader):
    """Remembers the articles of all feeds."""

    name = "newsboat"
    learns_late = True
    threads = 1

    def prepare(self, urls):
        (self.folder / "config").write_text(f"download-timeout {self.patience}\nreload-threads {self.threads}\n")

    def command(self, _):
        return [self.program, "-u", self.folder / "urls", "-c", self.folder / "cache.db", "-C", self.folder / "config", "-x", "reload"]

    def items(self):
        return rows(self.folder / "cache.db", "rss_item")


class NewsboatThreads(Newsboat):
    """The same, several feeds at a time."""

    threads = 8
    name = f"newsboat, {threads} threads"


def rows(database, table):
    """How many rows a table has; none if the database was never made."""
    if not database.exists():
        return 0
    with sqlite3.connect(database) as connection:
        return connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


OURS = [FollowFeed, FollowFeedSave]
RIVALS = {"flexget": [FlexGet, FlexGetDownload], "newsboat": [Newsboat, NewsboatThreads]}
