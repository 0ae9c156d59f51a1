"""One of two versions that are compared, and what to call them."""

from dataclasses import dataclass

from server.writing.charter import Charter


@dataclass(frozen=True, slots=True)
class Side:
    """One version: what it says, and what it is called.

    `number` is None for what stands now. Of `removed` items the words cannot be read: they were
    forgotten for good, or the group hid them (`hidden`).
    """

    version: str
    slug: str
    group: str
    number: int | None
    charter: Charter
    removed: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Where it is read."""
        edition = "/draft" if self.number is None else f"/editions/{self.number}"
        return f"/charters/{self.slug}{edition}"


def names_of(first: Side, second: Side) -> tuple[str, str]:
    """What to call two versions on their page: as short as tells them from each other."""
    return _name(first, second), _name(second, first)


def _name(side: Side, other: Side) -> str:
    edition = "Now" if side.number is None else f"Edition {side.number}"
    if side.slug == other.slug:
        return edition
    name = side.group if side.group != other.group else side.charter.title
    return f"{name}, {edition[0].lower()}{edition[1:]}"
