"""The picture catalogue: which pictures there are, what each is called and how to find one.

The catalogue is `client/pictures/catalogue.json`, made by `client/pictures/build.ts`. The client's
chooser reads the same file.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.settings import bundled

SOURCE = ("client", "pictures", "catalogue.json")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. `names`: what it is called first, then words it is found by."""

    id: str
    names: tuple[str, ...]
    file: str

    @property
    def name(self) -> str:
        """What the picture is called: also its text for people who do not see it."""
        return self.names[0]


def load(path: Path) -> dict[str, Picture]:
    """The pictures of a catalogue file by id, in its order."""
    entries = json.loads(path.read_text("utf-8"))
    pictures = (Picture(entry["id"], tuple(entry["names"]), entry["file"]) for entry in entries)
    return {picture.id: picture for picture in pictures}


@cache
def catalogue() -> dict[str, Picture]:
    """All pictures by id. Read once: the file comes with the program and never changes under it."""
    return load(bundled(*SOURCE))


def exists(picture: str) -> bool:
    """Is this the id of a picture we have?"""
    return picture in catalogue()


def name(picture: str) -> str:
    """What a picture is called; empty for one we do not have (an upload, or a later catalogue)."""
    found = catalogue().get(picture)
    return found.name if found else ""


def find(word: str, limit: int = 24) -> list[Picture]:
    """The pictures a word finds, the best first: called so, named so, then beginning so.

    Several words must all be found. An English plural finds its singular too.
    """
    wanted = word.casefold().split()
    if not wanted:
        return []
    ranked = []
    for place, picture in enumerate(catalogue().values()):
        rank = _rank(" ".join(wanted), wanted, picture)
        if rank is not None:
            ranked.append((rank, place, picture))
    return [picture for _, _, picture in sorted(ranked, key=lambda row: row[:2])[:limit]]


def _rank(phrase: str, wanted: list[str], picture: Picture) -> int | None:
    """How well a picture answers: 0 is best, None is not at all."""
    names = [name.casefold() for name in picture.names]
    if phrase == names[0]:
        return 0
    if phrase in names:
        return 1
    if all(_is_among(word, names[0].split()) for word in wanted):
        return 2
    words = [word for name in names for word in name.split()]
    if all(_is_among(word, words) for word in wanted):
        return 3
    if all(any(known.startswith(word) for known in words) for word in wanted):
        return 4
    return None


def _is_among(word: str, words: list[str]) -> bool:
    return word in words or (len(word) > 3 and word.endswith("s") and word[:-1] in words)
