"""Tables of people: groups, persons, memberships, everything that lets somebody in, and what keeps
people safe.

Of every link, card, cookie and access token only a hash is kept (see tokens.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.store.base import Base

Json = Any


class GroupRow(Base):
    """A group of people with Charters of their own. `kind` is "national" or "local".

    `lead_id` is the person who hears reports; without one, the organisers do. `picture` is an id in
    the picture catalogue, shown on the group's cards. `invited_by_id` is the group that made it.
    """

    __tablename__ = "groups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="local")
    picture: Mapped[str | None] = mapped_column(String(200))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    invited_by_id: Mapped[str | None] = mapped_column(ForeignKey("groups.id"))

    # A group can stand where `may` asks for a thing: what it holds is for the group.

    @property
    def group_id(self) -> str:
        return self.id

    @property
    def visibility(self) -> str:
        return "group"


class PersonRow(Base):
    """A person, by the name they chose.

    `picture` is an id in the picture catalogue; one of their own (`upload_id`) comes first.
    `email` is where a link to come in can be sent; two people may share one, and nobody else is
    shown it. `preferences` is read by `preferences.py`. Who was deleted keeps a row without a name.
    """

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    picture: Mapped[str | None] = mapped_column(String(200))
    upload_id: Mapped[str | None] = mapped_column(ForeignKey("uploads.id", use_alter=True))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    preferences: Mapped[Json] = mapped_column(JSON, default=dict, server_default="{}")
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class UploadRow(Base):
    """A picture that a person put in: made anew by us, so that nothing but the picture is in it."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


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
    """One device on which a person is signed in, told in plain words by `device` ("Tablet").

    One on a `shared` device ends with the day. `vouched_by` are the groups whose cards let the
    person in: it counts in them alone, for a group's organiser can make a card for anybody in it.
    It is None for who came in by a way of their own: a passkey, an e-mail. `helping_id` is the yes
    under which a supporter is helping somebody on this device just now.
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    device: Mapped[str] = mapped_column(String(80), default="", server_default="")
    shared: Mapped[bool] = mapped_column(default=False, server_default="0")
    vouched_by: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    helping_id: Mapped[str | None] = mapped_column(ForeignKey("supports.id"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class InvitationRow(Base):
    """A link or a card that lets people into a group, `most_uses` times at most.

    One with a `name` is for this person and may be their card for coming back; one without is for
    whoever is there, and asks for a name. `code_hash` is of the short code on a card, which can be
    typed; `secret.py` has how. `email` is where the link was sent.
    """

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(254))
    most_uses: Mapped[int] = mapped_column(Integer, default=1)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class InvitationUseRow(Base):
    """Somebody came in by an invitation.

    `used_from` is a SHA-256 of the form token of the browser that used it (see
    invitations.come_in).
    """

    __tablename__ = "invitation_uses"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitations.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    used_from: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class SignInLinkRow(Base):
    """A link, sent by e-mail, that signs a person in once."""

    __tablename__ = "sign_in_links"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str | None] = mapped_column(String(64))


class PasskeyRow(Base):
    """A key that a person's device keeps: we have its public half only. `name`: which device."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]


class ChallengeRow(Base):
    """What a passkey has to sign, once and soon; `person_id` is None for who is coming in."""

    __tablename__ = "challenges"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    expires_at: Mapped[datetime]


class SupportRow(Base):
    """A supporter helps a person: asked, said yes to by the person alone, and ended by either."""

    __tablename__ = "supports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    supporter_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    asked_at: Mapped[datetime]
    yes_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


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


class ReportRow(Base):
    """Somebody told the group's lead that something is not right.

    `about` is what was reported ("statement", "why", "name", …), `address` the page it stands on,
    `words` what it said then, `hide_at` the page that hides it. `person_id` is None for somebody
    without an account.
    """

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    charter_id: Mapped[str | None] = mapped_column(String(32))
    item_id: Mapped[str | None] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(Text)
    hide_at: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    for_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    answer: Mapped[str] = mapped_column(Text, default="")


class PersonHidingRow(Base):
    """The name or the picture of a person was taken out of sight by a group, with a reason.

    `part` is "name" or "picture". `content` is what was hidden, which stands nowhere else then:
    `{"name"}`, or `{"picture", "upload"}` as in PersonRow. It is None once there is nothing to show
    again.
    """

    __tablename__ = "person_hidings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    part: Mapped[str] = mapped_column(String(16))
    content: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text)
    hidden_at: Mapped[datetime]
    hidden_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    shown_at: Mapped[datetime | None]
    shown_by: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))


class AuditRow(Base):
    """Something that was done, by whom, when, and on whose behalf. Only ever added to.

    `what` is one of `audit.What`; `about_id` is the person it was done to. `details` holds ids
    and numbers, never words that somebody may want to be forgotten (audit.py).
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(String(32))
    for_id: Mapped[str | None] = mapped_column(String(32))
    about_id: Mapped[str | None] = mapped_column(String(32))
    group_id: Mapped[str | None] = mapped_column(String(32), index=True)
    charter_id: Mapped[str | None] = mapped_column(String(32))
    details: Mapped[Json] = mapped_column(JSON, default=dict)


# The database itself refuses to change what was recorded. The migration has the same.
_REFUSED = "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
APPEND_ONLY = {
    "sqlite": (
        f"CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit {_REFUSED}",
        f"CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit {_REFUSED}",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$""",
        """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
    ),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        # SQLAlchemy leaves its own constructor without types.
        _refusal = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(AuditRow.__table__, "after_create", _refusal.execute_if(dialect=_dialect))
