"""Tables of Charters: the Charter itself, its read side, its editions and its history.

Pages read only these; they never open a CRDT document.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
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
    """What a statement says, by the digest of what it says. Never changed once written.

    One that was forgotten for good keeps its digest and nothing else: `removed_at` tells when.
    """

    __tablename__ = "wordings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    words: Mapped[Json] = mapped_column(JSON)
    meaning: Mapped[Json] = mapped_column(JSON)
    picture: Mapped[str | None] = mapped_column(String(200))
    removed_at: Mapped[datetime | None]


class ItemRow(Base):
    """A heading or statement as it last settled.

    `changed_*` tells who touched it last, and `changed_for` whom they helped to do it.
    """

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
    changed_for: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class EditionRow(Base):
    """A published, unchangeable Charter; `digest` is over all that it says (`edition.py`).

    `by` is what the group was called then; `people` are the names of those who said yes to being
    named. `stands_on_id` is the edition of the other Charter that an edition of our own version
    stands on.
    """

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("charter_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"))
    by: Mapped[str] = mapped_column(String(200))
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    people: Mapped[Json] = mapped_column(JSON)
    stands_on_id: Mapped[str | None] = mapped_column(ForeignKey("editions.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class EditionItemRow(Base):
    """A heading or statement of an edition; `place` counts from 0 in reading order.

    `why` can be forgotten; `why_digest` then still stands for it.
    """

    __tablename__ = "edition_items"
    __table_args__ = (UniqueConstraint("edition_id", "item_id"),)

    edition_id: Mapped[str] = mapped_column(ForeignKey("editions.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    position: Mapped[str] = mapped_column(Text)
    wording_digest: Mapped[str] = mapped_column(ForeignKey("wordings.digest"), index=True)
    left_out: Mapped[bool]
    why: Mapped[Json] = mapped_column(JSON)
    why_digest: Mapped[str] = mapped_column(String(64))
    origins: Mapped[Json] = mapped_column(JSON)


class AdaptationRow(Base):
    """Our own version: a Charter made from an edition of another Charter, with the same ids."""

    __tablename__ = "adaptations"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    of_charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("editions.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class SittingRow(Base):
    """One spell of writing together. It is going on while `ended_at` is None."""

    __tablename__ = "sittings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SittingChangeRow(Base):
    """What became of one item in a sitting, and who wrote in it (`persons`: see authors.py).

    `before` and `after` hold what is not in the wording (None: there was no such item):
    `{kind, position, left_out, why, origins}`. `passed` are digests of wordings in between, which
    nobody will ask for again and which go when the sitting ends. `removed_at` tells that earlier
    words of this item were forgotten.
    """

    __tablename__ = "sitting_changes"

    sitting_id: Mapped[str] = mapped_column(ForeignKey("sittings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    before: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    before_digest: Mapped[str | None] = mapped_column(ForeignKey("wordings.digest"), index=True)
    after: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    after_digest: Mapped[str | None] = mapped_column(ForeignKey("wordings.digest"), index=True)
    passed: Mapped[Json] = mapped_column(JSON)
    persons: Mapped[Json] = mapped_column(JSON)
    removed_at: Mapped[datetime | None]


class RemovalRow(Base):
    """Earlier words of an item that a Charter's organiser had forgotten for good.

    `digest` is that of a wording where `part` is "words", of a reason where it is "why"; where it
    is "between", of nothing: what came and went within one sitting. A wording that another Charter
    has as well keeps its row; here it is not shown any more.
    """

    __tablename__ = "removals"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    part: Mapped[str] = mapped_column(String(16))
    removed_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class HidingRow(Base):
    """Words of an item that were taken out of sight, with a reason, until they are shown again.

    `digest` is as in RemovalRow; where `part` is "said", it is the id of what was said. `content`
    is what was hidden (`writing/taking_out.py` has its form): a wording that came and went within
    one sitting has no other place. Forgetting empties it.
    """

    __tablename__ = "hidings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    part: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text)
    hidden_at: Mapped[datetime]
    hidden_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    shown_at: Mapped[datetime | None]
    shown_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
