"""Tables of our own versions: what was decided on national updates, and what was offered back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base

Json = Any


class DecisionRow(Base):
    """What a group decided on one statement of a newer edition: the newest one counts.

    `choice` is "theirs", "ours", "mix" or "later". `before` is the item as it was when they
    decided, so that it can be undone; `undone_at` tells that it was.
    """

    __tablename__ = "decisions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    edition_id: Mapped[str] = mapped_column(ForeignKey("editions.id"), index=True)
    choice: Mapped[str] = mapped_column(String(16))
    before: Mapped[Json] = mapped_column(JSON(none_as_null=True))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    for_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class OfferRow(Base):
    """Words of our own version, offered to the group of the Charter it was made from.

    `state` is where it stands: "offered", "answered", "taken" or "closed".
    """

    __tablename__ = "offers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    to_charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    stance: Mapped[str] = mapped_column(String(16))
    wording_digest: Mapped[str] = mapped_column(ForeignKey("wordings.digest"), index=True)
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))


class OfferStepRow(Base):
    """One step of an offer, which is its receipt: who did it, when, and what they said."""

    __tablename__ = "offer_steps"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    for_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
