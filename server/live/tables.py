"""Tables of live writing: the journal of edits, its checkpoints, and what was set aside."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base


class EntryRow(Base):
    """One entry of a Charter's journal: the edits of one person in one commit, as a Yjs update.

    `batch` is unique, so that after a commit of unknown outcome we can tell whether it happened;
    80 random bits are, without an index that each commit would have to write to. `for_id` is whom a
    supporter helped to write it.
    """

    __tablename__ = "journal"
    # One tree instead of a table and an index: fewer pages to write for each edit.
    __table_args__ = ({"sqlite_with_rowid": False},)

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    for_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    change: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class CheckpointRow(Base):
    """The document of a Charter up to entry `seq`, with deleted content really gone.

    `known` is what a guard must know of it (clocks, deletions), so that a room opens without
    reading `state`.
    """

    __tablename__ = "checkpoints"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    generation: Mapped[int] = mapped_column(Integer)
    state: Mapped[bytes] = mapped_column(LargeBinary)
    known: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class ClientRow(Base):
    """A Yjs client id belongs to the first person who used it in a Charter.

    A supporter has another one for each person they help (`for_id`).
    """

    __tablename__ = "clients"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    for_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class SetAsideRow(Base):
    """An edit that no engine worker could open, kept for the organisers with its person."""

    __tablename__ = "set_aside"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    change: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
