"""Tables of publishing: who may be named in an edition, and which group works by which edition."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base

Json = Any


class NamingRow(Base):
    """What a person said about being named in one edition of a Charter, before it is published."""

    __tablename__ = "namings"

    charter_id: Mapped[str] = mapped_column(ForeignKey("charters.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    yes: Mapped[bool]
    at: Mapped[datetime]


class AdoptionRow(Base):
    """A group adopts an edition, its own or the national one as it is.

    `present` tells who was there: `[{"role": str, "count": int}]`. The newest one counts.
    """

    __tablename__ = "adoptions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("editions.id"), index=True)
    adopted_on: Mapped[date] = mapped_column(Date)
    look_again_on: Mapped[date | None] = mapped_column(Date)
    present: Mapped[Json] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    recorded_at: Mapped[datetime]
