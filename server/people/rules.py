"""Rules of people without a database: names, addresses of groups, links that still work."""

import re
import unicodedata
from collections.abc import Container
from datetime import datetime, timedelta

from server.errors import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    NotFilledIn,
    WrongField,
)
from server.people.names import A_MEMBER
from server.people.permits import Role

NAME_LIMIT = 100
# A set-up link is printed where the server runs; it should not lie about for long.
SET_UP_LASTS = timedelta(days=7)
# How long the browser that used an invitation up may press "Come in" again.
AGAIN_WITHIN = timedelta(hours=1)

_SLUG_LIMIT = 60
_LONGEST_EMAIL = 254
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}@{_LABEL}(\.{_LABEL})+")
_STRENGTH = (Role.READER, Role.MEMBER, Role.ORGANISER)


def tidy_name(text: str, missing: str = "Please write a name.") -> str:
    """A name as we keep it: one line, single spaces, composed characters, no controls.

    Raises NotFilledIn with the sentence `missing` for an empty one, and for one over the limit.
    """
    seen = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    sound = seen.encode("utf-8", "ignore").decode()
    name = " ".join(unicodedata.normalize("NFC", sound).split())
    if not _folded(name):
        raise NotFilledIn(missing)
    if _folded(name) == A_MEMBER:
        # We say so ourselves of somebody whose name nobody is to see.
        raise NotFilledIn("We need this name ourselves. Please choose another one.")
    if len(name) > NAME_LIMIT:
        raise NotFilledIn(f"This name is too long. Use at most {NAME_LIMIT} letters.")
    return name


def tidy_email(written: str) -> str:
    """An e-mail address as we keep it, in small letters. Raises WrongField when it is none."""
    address = written.strip()
    if len(address) > _LONGEST_EMAIL or _EMAIL.fullmatch(address) is None:
        raise WrongField("This is not an e-mail address. Please check it.", "email")
    return address.lower()


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same to a reader: capitals and spaces do not matter.

    Two people whose names are hidden are not the same one.
    """
    return _folded(one) == _folded(other) != A_MEMBER


def slug_of(name: str, taken: Container[str] = (), otherwise: str = "group") -> str:
    """A readable address for a name: "Sir Ynys Môn" is at `sir-ynys-mon`; `-2` when taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LIMIT].strip("-") or otherwise
    slug, count = base, 1
    while slug in taken:
        count += 1
        slug = f"{base}-{count}"
    return slug


def check_link(now: datetime, expires_at: datetime, used_at: datetime | None) -> None:
    """Raise InvitationUsed or InvitationExpired when a link of ours works no more."""
    if used_at is not None:
        raise InvitationUsed
    if now >= expires_at:
        raise InvitationExpired


def check_invitation(
    now: datetime,
    expires_at: datetime,
    uses: int,
    most_uses: int,
    revoked_at: datetime | None,
) -> None:
    """Raise InvitationRevoked, InvitationUsed or InvitationExpired when it lets nobody in."""
    if revoked_at is not None:
        raise InvitationRevoked
    if uses >= most_uses:
        raise InvitationUsed
    if now >= expires_at:
        raise InvitationExpired


def is_same_press(now: datetime, used_at: datetime) -> bool:
    """Whether an invitation is pressed again soon after it was used: the answer was lost."""
    return now - used_at < AGAIN_WITHIN


def stronger(one: Role, other: Role) -> Role:
    """Of two roles the one with more chores: a second invitation never takes any away."""
    return max(one, other, key=_STRENGTH.index)


def _folded(name: str) -> str:
    """A name as it looks: what cannot be seen makes no other name of it."""
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())
