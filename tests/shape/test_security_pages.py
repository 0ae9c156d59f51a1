"""What docs/security.md and docs/asvs.md say is held, is held by tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has: they come first in each,
# and those of level 3 after them.
SECTIONS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1},
    **{"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4},
    **{"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5},
    **{"6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2},
    **{"8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4},
    **{"10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4},
    **{"11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2},
    **{"13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1},
    **{"16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2},
}


@pytest.mark.parametrize("page", ["asvs.md", "security.md"])
def test_every_file_that_is_named_is_there(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    named = set(re.findall(r"`((?:tests|server|client)/[\w./-]+)`", text))
    named |= {f"docs/{link}" for link in re.findall(r"\]\(([\w.-]+\.md)\)", text)}
    assert named
    assert not sorted(name for name in named if not (ROOT / name).exists())


def test_every_requirement_stands_there_once_and_says_how_it_stands() -> None:
    rows = re.findall(
        r"^\| (\d[\d., ]*) \| .+? \| (.+) \|$", (DOCS / "asvs.md").read_text(), re.MULTILINE
    )
    said = [number for numbers, _ in rows for number in numbers.split(", ")]
    wanted = [f"{section}.{n + 1}" for section, many in SECTIONS.items() for n in range(many)]
    assert sorted(said) == sorted(wanted)
    assert len(wanted) == 253
    ways = ("**held**", "**not held**", "**not for us**", "**by whoever runs it**")
    assert not [numbers for numbers, stands in rows if not stands.startswith(ways)]
