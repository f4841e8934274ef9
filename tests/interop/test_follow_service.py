"""The units of follow-feed as systemd's own tools see them."""

import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY

UNITS = REPOSITORY / "follow-feed/systemd"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*words):
    done = subprocess.run(["systemd-analyze", *words], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_units_have_no_mistakes_and_expose_little(tmp_path):
    # What the service starts must be there.
    service, *others = [tmp_path / f"follow-feed{end}" for end in [".service", ".timer", "-failed.service"]]
    for unit in [service, *others]:
        unit.write_text((UNITS / unit.name).read_text())
    text = re.sub(r"(?m)^(ExecStart=)\S+", r"\g<1>/bin/true", service.read_text())
    # As its user changes it who wants to be told.
    service.write_text(text.replace("\n#OnFailure=", "\nOnFailure="))
    assert f"\nOnFailure={others[1].name}\n" in service.read_text()
    assert analyze("verify", "--man=no", str(service), *map(str, others)) == ""
    exposure = analyze("security", "--offline=true", "--no-pager", str(service))
    level = float(re.search(r"Overall exposure level for follow-feed.service: (\S+)", exposure)[1])
    assert level < 2
