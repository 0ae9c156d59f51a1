"""The audit record: what was done, by whom, when, and on whose behalf. It is only ever added to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.people.permits import Who
from server.people.tables import AuditRow


class What(StrEnum):
    """What can have been done. Each has its sentence in `audit_view.py`."""

    # Groups
    GROUP_MADE = "group made"
    ROLE_CHANGED = "role changed"
    REMOVED = "removed"
    LEFT = "left"
    LEAD_NAMED = "lead named"
    GROUP_CHANGED = "group changed"
    # Coming in
    INVITED = "invited"
    CARD_ENDED = "card ended"
    CAME_IN = "came in"
    SIGNED_OUT = "signed out"
    SESSION_ENDED = "session ended"
    PASSKEY_MADE = "passkey made"
    PASSKEY_TAKEN_AWAY = "passkey taken away"
    # Oneself
    NAME_CHANGED = "name changed"
    PICTURE_CHANGED = "picture changed"
    EMAIL_CHANGED = "e-mail changed"
    DATA_TAKEN = "data taken"
    DELETED = "deleted"
    # Supporters
    SUPPORT_ASKED = "support asked"
    SUPPORT_AGREED = "support agreed"
    SUPPORT_ENDED = "support ended"
    HELPING_BEGAN = "helping began"
    HELPING_ENDED = "helping ended"
    # Charters
    CHARTER_MADE = "charter made"
    WROTE = "wrote"
    PUT_BACK = "put back"
    TITLE_CHANGED = "title changed"
    PUBLISHED = "published"
    VISIBILITY_CHANGED = "visibility changed"
    ADOPTED = "adopted"
    ADOPTION_CORRECTED = "adoption corrected"
    ADOPTION_TAKEN_BACK = "adoption taken back"
    SHARED = "shared"
    OFFER_ANSWERED = "offer answered"
    DECIDED = "decided"
    # Keeping safe
    FORGOT = "forgot"
    HID = "hid"
    SHOWED = "showed"
    REPORTED = "reported"
    REPORT_CLOSED = "report closed"
    AUDIT_TAKEN = "audit taken"


def record(
    session: AsyncSession,
    what: What,
    *,
    by: Who | str | None,
    group_id: str | None = None,
    charter_id: str | None = None,
    about_id: str | None = None,
    for_id: str | None = None,
    **details: Any,
) -> None:
    """Note in the caller's transaction that something was done: both are stored, or neither.

    `by` is who asked, or only their person id; `for_id` is the person whom they helped to do it;
    `about_id` the person it was done to. `details` holds ids and numbers, and of words only the
    title of an edition, which never changes. What people and Charters are called is looked up when
    the record is read: who was deleted is not named in it, nor what a Charter was once called.
    """
    things = (about_id, for_id, group_id, charter_id)
    session.add(AuditRow(**_row(what, by, things, details)))


def record_for_groups(session: AsyncSession, what: What, who: Who) -> None:
    """Note what a person did about themselves in each of their groups, whose affair it is."""
    for group_id in who.roles or [None]:
        record(session, what, by=who, group_id=group_id)


def record_on(
    connection: Connection,
    what: What,
    /,
    *,
    by: Who | str | None,
    group_id: str | None = None,
    charter_id: str | None = None,
    about_id: str | None = None,
    for_id: str | None = None,
    **details: Any,
) -> None:
    """As `record`, for a transaction without a session, such as that of `Rooms.change`."""
    things = (about_id, for_id, group_id, charter_id)
    connection.execute(insert(AuditRow).values(**_row(what, by, things, details)))


def _row(
    what: What,
    by: Who | str | None,
    things: tuple[str | None, ...],
    details: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "what": what.value,
        "person_id": by.person_id if isinstance(by, Who) else by,
        **dict(zip(("about_id", "for_id", "group_id", "charter_id"), things, strict=True)),
        "details": dict(details),
    }
