"""What a Charter can start from: the Markdown files in `charters/`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from server import clock
from server.settings import bundled
from server.writing.charter import Charter
from server.writing.markdown_in import parse

# Who starts from the starter keeps its ids, so that all Charters that come from it can be
# compared; a blank one shares nothing with other blank ones.
STARTERS: Mapping[str, str] = {"starter": "national.md", "blank": "blank.md"}


def load(starter: str) -> Charter:
    """The Charter to start from. Raises KeyError for what is not in STARTERS."""
    charter = parse(bundled("charters", STARTERS[starter]).read_bytes())
    if starter != "blank":
        return charter
    return replace(charter, items=tuple(replace(item, id=clock.new_id()) for item in charter.items))


def second_edition() -> Charter:
    """The example's national Charter as it was revised."""
    return parse(bundled("charters", "national-second.md").read_bytes())


def local_versions() -> Iterator[tuple[str, Charter]]:
    """The example's local versions, each with its place's slug, in order."""
    for file in sorted(bundled("charters", "local").glob("*.md")):
        yield file.stem, parse(file.read_bytes())
