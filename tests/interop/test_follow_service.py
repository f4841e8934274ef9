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
    service, timer = tmp_path / "follow-feed.service", tmp_path / "follow-feed.timer"
    text = (UNITS / service.name).read_text()
    service.write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\g<1>/bin/true", text))
    timer.write_text((UNITS / timer.name).read_text())
    assert analyze("verify", "--man=no", str(service), str(timer)) == ""
    exposure = analyze("security", "--offline=true", "--no-pager", str(service))
    level = float(re.search(r"Overall exposure level for follow-feed.service: (\S+)", exposure)[1])
    assert level < 2
