"""What our own version did with each statement, and which of its differences have no reason yet.

Nobody types a stance in: it is worked out from the words of both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from server.comparing.align import Comparison, ItemChange, Stance, compare
from server.writing.charter import Charter, Kind

# A move is told, but asks for no reason: it changes no promise.
_NEED_A_REASON = frozenset({Stance.REWORDED, Stance.LEFT_OUT, Stance.ADDED})


@dataclass(frozen=True)
class Stances:
    """Our version beside what it stands on (`old` is theirs, `new` is ours)."""

    comparison: Comparison

    @property
    def by_id(self) -> Mapping[str, ItemChange]:
        return self.comparison.by_id

    @cached_property
    def differences(self) -> tuple[ItemChange, ...]:
        """The statements that differ in words, meaning or picture, or are on one side only."""
        statements = self.comparison.statements
        return tuple(change for change in statements if change.stance in _NEED_A_REASON)

    @cached_property
    def without_reason(self) -> tuple[ItemChange, ...]:
        """The differences for which nobody has said why."""
        return tuple(change for change in self.differences if not self._has_reason(change))

    def lacks_reason(self, item_id: str) -> bool:
        return any(change.item_id == item_id for change in self.without_reason)

    def _has_reason(self, change: ItemChange) -> bool:
        # Whoever said why a statement was split or joined said it for all its parts.
        relatives = {change.split_from, *change.joined_into}
        told = (other for other in self.comparison.items if other.item_id in relatives)
        return any(
            each.new is not None and bool(each.new.why)
            for each in (change, *told)
            if each.kind is Kind.STATEMENT
        )


def stances(base: Charter, ours: Charter) -> Stances:
    """What `ours` did with each statement of `base`, item by item."""
    return Stances(compare(base, ours))
