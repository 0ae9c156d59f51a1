"""Looks into an update before anybody takes it: what is new in it, and whether it may come in.

The room's knowledge is subtracted from the update. Nothing left is no edit at all: every client
that comes back sends its whole delete set, readers too. What is left must follow what the room
has without a gap, come from somebody who may write, and bear that author's own client ids.
Nothing here opens a document, and nothing here changes what it was given.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from server.errors import DocumentFull, Gap, OthersClientId, ReadOnly
from server.live import remainder
from server.live import update as updates
from server.live.known import Known, New
from server.live.tree import grown
from server.live.update import Ranges, Update
from server.writing.authors import Author

__all__ = ["Known", "New", "Nothing", "Screened", "Unsettled", "screen", "standing_on"]

# Whole delete sets that came before are known by their digest; shorter ones are read again.
_LONG = 1024
_REMEMBERED = 8


class Unsettled(ReadOnly):
    """A reader's client tells of deletions that may be implied by edits no worker has read yet.

    Where two people move one statement at once, every engine deletes the losing position by
    itself, and no update says so. Settle the room, merge what the worker knows, screen again.
    """


class Nothing(NamedTuple):
    """The room has it all already."""


Screened = Nothing | New
_NOTHING = Nothing()


def screen(
    data: bytes,
    known: Known,
    by: Author | None,
    *,
    may_write: bool,
    document_limit: int | None,
    settled: bool = True,
) -> Screened:
    """What is new in an update, after all checks. About 8 µs for a keystroke, no I/O.

    `document_limit`: how many bytes a document may have before it takes deletions only.
    `settled`: a worker has read all that is known, implied deletions included.
    Raises DamagedUpdate, HostileUpdate, FrameTooLarge, ReadOnly, Unsettled, OthersClientId, Gap
    or DocumentFull. What the caller accepts it puts in: `known.take(new, by)`.
    """
    if len(data) >= _LONG and known.seen and _digest(data) in known.seen:
        return _NOTHING
    update = updates.read(data)
    structs = {
        client: ends for client, ends in update.structs.items() if ends[1] > known.clock(client)
    }
    deletes = known.lacks(update.deletes) if update.deletes else update.deletes
    if not structs and not deletes:
        if len(data) >= _LONG:
            known.seen = [*known.seen[1 - _REMEMBERED :], _digest(data)]
        return _NOTHING
    if not may_write:
        raise ReadOnly if structs or settled else Unsettled
    owners = known.owners
    if any(client in owners and owners[client] != by for client in structs):
        raise OthersClientId
    _refuse_gaps(update, structs, deletes, known)
    if structs and document_limit is not None and known.size + len(data) > document_limit:
        raise DocumentFull
    return _new(update, structs, deletes, known)


def _refuse_gaps(
    update: Update,
    structs: Mapping[int, tuple[int, int]],
    deletes: Mapping[int, Ranges],
    known: Known,
) -> None:
    """Everything the new part names must be in the room, or come with it."""
    clock = known.clock
    # A part that the sender itself lacks; once the room has answered it, it will have it.
    if update.skips:
        raise Gap
    for client, (start, _) in structs.items():
        if start > clock(client):
            raise Gap
    for client, at in update.needs.items():
        if at >= clock(client) and (client not in structs or at >= structs[client][1]):
            raise Gap
    for client, ranges in deletes.items():
        end = max(end for _, end in ranges)
        if end > clock(client) and (client not in structs or end > structs[client][1]):
            raise Gap


def _new(
    update: Update,
    structs: dict[int, tuple[int, int]],
    deletes: dict[int, Ranges],
    known: Known,
) -> New:
    clocks = known.clocks
    owners = known.owners
    clients = tuple(client for client in structs if client not in owners)
    whole = len(structs) == len(update.structs) and all(
        start >= clocks.get(client, 0) for client, (start, _) in structs.items()
    )
    if not whole or deletes != update.deletes:
        update = updates.read(remainder.without(update, clocks, deletes))
    data, structs, _, gone, deletes, *_ = update
    return New(data, structs, gone, deletes, grown(update, known.tree), clients)


def standing_on(known: Known, changes: Sequence[bytes], bad: Container[int]) -> list[int]:
    """Which of some edits cannot stand once the bad ones are gone, by place.

    Edits of one commit may need each other, in any order: what two people write on each other's
    words in one moment is one edit a person. So nothing falls for its place, only for what it
    needs. O(n²) in edits at worst.
    """
    kept = {
        place: updates.read(change, trusted=True)
        for place, change in enumerate(changes)
        if place not in bad
    }
    while True:
        clocks = _reached(known, kept.values())
        fallen = [place for place, update in kept.items() if not _stands(update, clocks)]
        if not fallen:
            return [
                place for place in range(len(changes)) if place not in kept and place not in bad
            ]
        for place in fallen:
            del kept[place]


def _reached(known: Known, those: Iterable[Update]) -> dict[int, int]:
    """The first clock of each client that is lacking with these updates there, too."""
    clocks = dict(known.clocks)
    runs = sorted((client, *ends) for update in those for client, ends in update.structs.items())
    for client, start, end in runs:
        if start <= clocks.get(client, 0) < end:
            clocks[client] = end
    return clocks


def _stands(update: Update, clocks: Mapping[int, int]) -> bool:
    return (
        all(end <= clocks.get(client, 0) for client, (_, end) in update.structs.items())
        and all(at < clocks.get(client, 0) for client, at in update.needs.items())
        and all(
            end <= clocks.get(client, 0)
            for client, ranges in update.deletes.items()
            for _, end in ranges
        )
    )


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
