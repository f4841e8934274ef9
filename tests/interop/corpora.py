"""The corpora: torrents and magnet links that nobody here wrote, in a folder beside the repository or nowhere."""

import json
import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PIECEWORK_CORPORA", REPOSITORY / "../shared/corpora"))

if os.environ.get("PIECEWORK_REQUIRE_CORPORA") == "1":
    assert FOLDER.is_dir(), f"PIECEWORK_REQUIRE_CORPORA is set, and {FOLDER} is not there"


def torrents(*classes):
    """The rows of torrents of these classes, each with its `path` and its `id`; none where the folder is missing."""
    rows = [row for row in read("torrents.jsonl") if row["class"] in classes]
    return [{**row, "path": FOLDER / row["file"], "id": Path(row["file"]).stem} for row in rows]


def magnets():
    """The rows of magnet links."""
    return read("magnets.jsonl")


def read(name):
    """The rows of one of the lists."""
    if not FOLDER.is_dir():
        return []
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def by_id(row):
    """Makes a test's name readable."""
    return f"{row['known_as'][0]}-{row['id'][:8]}"
