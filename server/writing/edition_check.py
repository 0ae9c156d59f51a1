"""Is a file the edition that was published? Anybody can ask, without a server or a database.

What the file says is made into digests again and compared with those it carries. Whoever changes
words and all digests makes another edition: so a file that is whole is still to be compared with
the digest that stands on the edition's page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server.writing import edition as form
from server.writing import edition_files, rich_text, wording
from server.writing.charter import Kind
from server.writing.edition import Edition, EditionItem


@dataclass(frozen=True, slots=True)
class Checked:
    """An edition that was read from a file.

    `said` is the digest that the file carries and `digest` the one of what is in it; `changed` are
    sentences about what is not as it was published. `removed` counts the items of which something
    was forgotten for good.
    """

    edition: Edition
    said: str
    digest: str
    changed: tuple[str, ...]
    removed: int

    @property
    def is_whole(self) -> bool:
        return not self.changed


def check(data: bytes) -> Checked:
    """Check a file, JSON or Markdown. Raises FileTooBig and NotAnEdition."""
    edition, said = edition_files.read(data)
    changed = tuple(_changed(edition))
    digest = form.digest(edition)
    if not changed:
        if digest != said:
            changed = ("The list of statements, the name, the date or the note was changed.",)
        elif not edition_files.holds_only(data, edition):
            changed = ("Something around the words was changed.",)
    return Checked(edition, said, digest, changed, edition.removed)


def _changed(edition: Edition) -> Iterator[str]:
    """A sentence for each item that does not say what its digests stand for."""
    numbers = edition.charter.numbers
    for item in edition.items:
        if _is_other(item):
            if item.kind is Kind.STATEMENT:
                yield f"Statement {numbers[item.id]} is not what was published."
            else:
                yield f"The heading “{_heading(item)}” is not what was published."


def _is_other(item: EditionItem) -> bool:
    words, why = item.wording, item.why
    return (words is not None and wording.digest(words).whole != item.wording_digest) or (
        why is not None and wording.digest_of_why(why) != item.why_digest
    )


def _heading(item: EditionItem) -> str:
    words = () if item.wording is None else item.wording.words
    return " ".join(paragraph.text for paragraph in rich_text.paragraphs(words))
