"""The unit of seed as systemd's own tools see it."""

import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY

UNIT = REPOSITORY / "seed/systemd/seed.service"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*words):
    done = subprocess.run(["systemd-analyze", *words], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_unit_has_no_mistakes_and_exposes_little(tmp_path):
    # What it starts must be there.
    unit = tmp_path / "seed.service"
    unit.write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\g<1>/bin/true", UNIT.read_text()))
    assert analyze("verify", "--man=no", str(unit)) == ""
    exposure = analyze("security", "--offline=true", "--no-pager", str(unit))
    level = float(re.search(r"Overall exposure level for seed.service: (\S+)", exposure)[1])
    assert level < 2
