"""What updates of real texts ask people, beside the conflicts of a line-based merge.

    python -m tests.corpora.updates [-v]
    python -m tests.corpora.updates --meetings 24

For each adaptation in `tests/corpora` whose edition has a newer one: how many questions the newer
edition asks (statements that both sides changed), how many changes can be taken in one press, and
how many conflicts `git merge-file` leaves in the same three files, as they are and with each
paragraph on one line. No text has ids, so they are matched by what they say. `-v` tells each text.

Edition 2.0 is here as a project shipped it, with nothing in the place where the model asks for a
contact. That is filled as in 2.1, or every text would meet a change that nobody made.

With `--meetings` it merges every two rewordings of one part of an edition, tells what comes of it,
and prints as many of the mixes as asked for, drawn by lot, for a person to read.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from server.comparing import listing, matching, words
from server.comparing.merge import Outcome, TextMerge, merge_text
from server.comparing.updates import Update, questions
from server.comparing.whole import both_beside
from server.writing import markdown_in, rich_text
from server.writing.charter import Charter, Kind
from server.writing.rich_text import BulletList
from tests.corpora import texts
from tests.corpora.texts import Text

UPDATES = {
    "small": [("covenant", "2.0", "2.1")],
    "large": [("covenant", "1.4-2016", "2.0"), ("covenant", "1.4-2019", "2.0")],
    "licences": [
        ("licences", "2.0", "2.5"),
        ("licences", "2.5", "3.0"),
        ("licences", "3.0", "4.0"),
    ],
}

# Below it, two texts are hardly rewordings of each other.
ALIKE = 0.3

GAP = ("enforcement at\n.", "enforcement at\n[INSERT CONTACT METHOD].")


@dataclass(frozen=True)
class Result:
    """What one update of one text left to people."""

    name: str
    taken: int
    mixes: int
    asked: int
    conflicts: int
    conflicts_of_paragraphs: int


def triples(
    updates: list[tuple[str, str, str]],
) -> Iterator[tuple[Text, Text, list[Charter]]]:
    """Each adaptation of an edition that has a newer one: edition, adaptation, and all three."""
    for family, old, new in updates:
        before, after = texts.text(family, old), texts.text(family, new)
        for text in texts.texts(family):
            if not text.is_edition and text.edition == old:
                three = [markdown_in.parse(read(each).encode()) for each in (before, text, after)]
                yield before, text, three


def results(updates: list[tuple[str, str, str]]) -> Iterator[Result]:
    for family, old, new in updates:
        newer = texts.text(family, new)
        for base, text, charters in triples([(family, old, new)]):
            update = asked(*charters)
            before, mine, after = charters
            yield Result(
                f"{text.name} ({old} to {new})",
                len(update.to_take),
                sum(question.merge.outcome is Outcome.MIX for question in update.to_ask),
                len(update.to_ask),
                conflicts([read(each) for each in (text, base, newer)]),
                conflicts([lines(charter) for charter in (mine, before, after)]),
            )


def read(text: Text) -> str:
    found = text.path.read_text("utf-8")
    return found.replace(*GAP) if text.is_edition else found


def asked(base: Charter, ours: Charter, theirs: Charter) -> Update:
    return questions(base, *both_beside(base, ours, theirs))


def lines(charter: Charter) -> str:
    """A Charter with each paragraph and each point on one line, and a blank line between."""
    found = [f"# {charter.title}", charter.summary]
    for item in charter.items:
        mark = "## " if item.kind is Kind.HEADING else ""
        for block in item.words:
            dash = "* " if isinstance(block, BulletList) else mark
            found += [f"{dash}{each.text}" for each in rich_text.paragraphs((block,))]
    return "\n\n".join(filter(None, found)) + "\n"


def conflicts(three: list[str]) -> int:
    """How many conflicts `git merge-file` leaves of ours, base and theirs."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, three, strict=True):
            path.write_text(text, "utf-8")
        command = ["git", "merge-file", "-p", "--diff3", *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 127:
        raise RuntimeError(done.stderr)
    return done.returncode


def meetings() -> Iterator[TextMerge]:
    """Every two different rewordings of a part of an edition, merged, each once."""
    seen = set()
    for family in texts.FAMILIES:
        for edition in (text for text in texts.texts(family) if text.is_edition):
            others = (text.charter for text in texts.texts(family) if text != edition)
            base = edition.charter
            known = [matching.identified(base, other) for other in others]
            for item in base.items:
                found = (other.item(item.id) for other in known)
                said = dict.fromkeys(each.words for each in found if each is not None)
                new = [
                    each
                    for each in said
                    if each != item.words and words.similarity(item.words, each) >= ALIKE
                ]
                for pair in combinations(new, 2):
                    if (item.words, *pair) not in seen:
                        seen.add((item.words, *pair))
                        yield merge_text(item.words, *pair)


def tell_meetings(count: int) -> None:
    found = list(meetings())
    print(len(found), Counter(str(each.reason or each.outcome) for each in found))
    mixes = [each for each in found if each.outcome is Outcome.MIX]
    for each in random.Random(1).sample(mixes, min(count, len(mixes))):
        for side, text in (("ours", each.ours), ("theirs", each.theirs), ("mix", each.result)):
            print(f"{side}:", *listing.marked(words.changes(each.base, text or ())))
        print()


def main() -> None:
    if "--meetings" in sys.argv[1:]:
        tell_meetings(int(sys.argv[-1]))
    else:
        tell_updates()


def tell_updates() -> None:
    print(
        "| update | texts | questions | of them a mix | in one press | conflicts | by paragraph |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, updates in UPDATES.items():
        found = list(results(updates))
        if "-v" in sys.argv[1:]:
            for each in found:
                print(row(each.name, [each]))
        print(row(f"**{name}**", found, len(found)))


def row(name: str, found: list[Result], count: int | str = "") -> str:
    sums = (
        count,
        sum(each.asked for each in found),
        sum(each.mixes for each in found),
        sum(each.taken for each in found),
        sum(each.conflicts for each in found),
        sum(each.conflicts_of_paragraphs for each in found),
    )
    return f"| {name} | {' | '.join(map(str, sums))} |"


if __name__ == "__main__":
    main()
