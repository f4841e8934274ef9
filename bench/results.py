"""What was measured so far: a file of JSON beside the Markdown, so that a run of a few cases renews those only."""

import json

import cases
import table

ORDER = {case.name: position for position, case in enumerate(cases.ALL)}


class Results:
    """Written anew after each case, so that a run that is broken off has lost nothing."""

    def __init__(self, markdown):
        self.markdown = markdown
        self.kept = {"machine": {}, "versions": {}, "missing": [], "cases": {}}
        if markdown and self.json.exists():
            self.kept = json.loads(self.json.read_text())

    def note_surroundings(self, machine, tools):
        """What the next cases are measured on and with."""
        self.kept["machine"] = machine
        self.kept["versions"] = self.kept["versions"] | tools.versions()
        self.kept["missing"] = [name for name in tools.missing if name not in self.kept["versions"]]

    @property
    def json(self):
        """Where it is kept."""
        return self.markdown.with_suffix(".json")

    def cases(self):
        """All that were measured, in the order of `cases`."""
        return sorted(self.kept["cases"].values(), key=lambda case: ORDER.get(case["name"], len(ORDER)))

    def among(self, chosen):
        """Those that were measured of the chosen cases."""
        names = {case.name for case in chosen}
        return [case for case in self.cases() if case["name"] in names]

    def add(self, measured):
        """Takes a case's measurements in the place of older ones."""
        self.kept["cases"][measured["name"]] = measured | {"piecework": self.kept["machine"]["Piecework"]}
        if self.markdown:
            self.json.write_text(json.dumps(self.kept, indent=1) + "\n")
            self.markdown.write_text(table.document(self.kept, self.cases()))
