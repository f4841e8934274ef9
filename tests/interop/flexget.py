"""FlexGet, in an environment of its own: what its `rss` input makes of feeds."""

import json
import os
import shutil
import subprocess
from pathlib import Path

PATIENCE = 120
PLUGIN = Path(__file__).with_name("flexget_tell.py")


def entries(feeds, folder):
    """For each name, the entries that FlexGet makes of the feed at its path or URL; one run for all."""
    (folder / "plugins").mkdir(parents=True)
    shutil.copy(PLUGIN, folder / "plugins")
    tasks = {name: task(feed, folder / f"{name}.json") for name, feed in feeds.items()}
    config = folder / "config.yml"
    # JSON is YAML.
    config.write_text(json.dumps({"tasks": tasks}))
    command = [program(), "-c", config, "--loglevel", "error", "execute"]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    return {name: read(folder / f"{name}.json") for name in feeds}


def task(feed, told):
    """A task that takes everything and writes down what that is."""
    # Its memory of what was seen is about the past, not about the feed.
    return {"disable": "builtins", "rss": {"url": str(feed), "silent": True}, "accept_all": True, "tell": str(told)}


def read(told):
    """The entries; none where the task was aborted."""
    return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


def program():
    """Where `tests/run` has installed it."""
    return os.environ["PIECEWORK_FLEXGET"]
