"""A plugin of FlexGet that writes down the entries of a task."""

import json

from flexget import plugin
from flexget.event import event

FIELDS = {"title": "title", "url": "url", "size": "size", "info_hash": "torrent_info_hash"}


class Tell:
    """One JSON object for each entry, in a file that the configuration names."""

    schema = {"type": "string"}

    def on_task_output(self, task, config):
        with open(config, "w") as out:
            for entry in task.all_entries:
                told = {key: entry.get(field, eval_lazy=False) for key, field in FIELDS.items()}
                out.write(json.dumps(told) + "\n")


@event("plugin.register")
def register():
    plugin.register(Tell, "tell", api_ver=2)
