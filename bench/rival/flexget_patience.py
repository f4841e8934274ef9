"""A plugin of FlexGet that has no more patience with a server than others have: its `rss` waits for a minute, which cannot be configured."""

import os

from flexget.utils.requests import Session

PATIENCE = float(os.environ["BENCH_PATIENCE"])
ask = Session.request


def request(self, *arguments, **options):
    return ask(self, *arguments, **(options | {"timeout": PATIENCE}))


Session.request = request
