"""What is written into a journal, and what is read of it."""

from server.live.checkpoints import Checkpoint
from server.live.entries import Batch
from server.live.journal import Journal
from server.writing.authors import Author
from tests.server.live.stored import Stored, example


def batch(charter: Stored, *changes: bytes, by: str = "p-ann", generation: int = 1) -> Batch:
    return Batch(charter.charter_id, generation, tuple((Author(by), change) for change in changes))


def checkpoint(charter: Stored, seq: int, generation: int = 1) -> Checkpoint:
    return Checkpoint(
        charter.charter_id, generation, seq, b"state %d" % seq, b"known", example(), {}
    )


async def changes(journal: Journal, charter: Stored) -> list[tuple[int, str | None, bytes]]:
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    return [
        (entry.seq, entry.author and entry.author.person_id, entry.change) for entry in opened.tail
    ]
