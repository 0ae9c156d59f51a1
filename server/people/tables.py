"""Tables of people: groups, persons, memberships, and everything that lets somebody in.

Of every link, cookie and access token only a SHA-256 is kept (see tokens.py).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base


class GroupRow(Base):
    """A group of people with Charters of their own. `kind` is "national" or "local"."""

    __tablename__ = "groups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="local")

    # A group can stand where `may` asks for a thing: what it holds is for the group.

    @property
    def group_id(self) -> str:
        return self.id

    @property
    def visibility(self) -> str:
        return "group"


class PersonRow(Base):
    """A person, by the name they chose. `picture` is an id in the picture catalogue."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    picture: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]


class MembershipRow(Base):
    """A person belongs to a group, in one role, until `ended_at`."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("person_id", "group_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SessionRow(Base):
    """One device on which a person is signed in."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class InvitationRow(Base):
    """A link that lets one person into one group, once.

    `used_from` is a SHA-256 of the form token of the browser that used it (see actions.come_in).
    """

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    used_from: Mapped[str | None] = mapped_column(String(64))


class AccessTokenRow(Base):
    """A person's key for scripts and other programs, sent as `Authorization: Bearer`."""

    __tablename__ = "access_tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    created_at: Mapped[datetime]


class SetUpRow(Base):
    """A link that makes the first group and its first organiser, once."""

    __tablename__ = "set_ups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
