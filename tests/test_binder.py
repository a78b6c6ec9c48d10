"""What Binder installs: each release is pinned, and fits what this package asks for."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"([\w.-]+)==([\w.]+)")


def pins():
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_release_is_pinned_beside_this_package():
    assert [line for line in pins() if not PINNED.fullmatch(line)] == ["."]


def test_the_pins_fit_what_the_package_asks_for_on_binder():
    held = dict(PINNED.fullmatch(line).groups() for line in pins() if line != ".")
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    given = (ROOT / "binder" / "requirements.in").read_text()
    wanted = [*about["dependencies"], *re.findall(r"^[a-z][^#\s]*", given, re.MULTILINE)]
    extras = re.search(r"^\.\[(.*)\]", given, re.MULTILINE)[1].split(",")
    while extras:
        for line in about["optional-dependencies"][extras.pop()]:
            asked = Requirement(line)
            if asked.name == about["name"]:
                extras += asked.extras
            elif asked.marker is None or asked.marker.evaluate({"python_version": "3.11"}):
                wanted.append(line)
    assert len(wanted) > 10
    for line in wanted:
        asked = Requirement(line)
        assert asked.specifier.contains(held[asked.name.lower()], prereleases=True), line
