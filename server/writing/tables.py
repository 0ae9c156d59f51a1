"""Tables of Charters: the Charter itself, and its read side (wordings and items).

Pages read only these; they never open a CRDT document.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base

Json = Any


class CharterRow(Base):
    """A Charter of a group.

    `last_seq` counts the entries of its journal and is raised in the commit that adds them;
    `settled_seq` is the entry up to which the read side below was read.
    """

    __tablename__ = "charters"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(35), default="en-GB")
    visibility: Mapped[str] = mapped_column(String(16), default="group")
    generation: Mapped[int] = mapped_column(Integer, default=1)
    schema: Mapped[int] = mapped_column(Integer, default=1)
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    settled_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]


class WordingRow(Base):
    """What a statement says, by the digest of what it says. Never changed once written."""

    __tablename__ = "wordings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    words: Mapped[Json] = mapped_column(JSON)
    meaning: Mapped[Json] = mapped_column(JSON)
    picture: Mapped[str | None] = mapped_column(String(200))


class ItemRow(Base):
    """A heading or statement as it last settled; `changed_*` tells who touched it last."""

    __tablename__ = "items"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    position: Mapped[str] = mapped_column(Text)
    wording_digest: Mapped[str] = mapped_column(ForeignKey("wordings.digest"), index=True)
    left_out: Mapped[bool]
    why: Mapped[Json] = mapped_column(JSON)
    origins: Mapped[Json] = mapped_column(JSON)
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
