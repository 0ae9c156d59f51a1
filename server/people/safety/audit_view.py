"""The audit record in sentences: who did what, for whom. Names are those of today.

One sentence for each `What`. `{who}` did it; `{about}` is the person it was done to; `{title}` a
Charter's title; other names are of `details`. Somebody deleted is "a member".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.people.audit import What
from server.people.names import A_MEMBER, author_name
from server.people.tables import AuditRow
from server.web.dates import in_words

SOMEBODY = "somebody"
_A_CHARTER = "a Charter"

SENTENCES: Mapping[What, str] = {
    What.GROUP_MADE: "{who} made the group “{name}”.",
    What.ROLE_CHANGED: "{who} made {about} {role}.",
    What.REMOVED: "{who} took {about} out of the group.",
    What.LEFT: "{who} left the group.",
    What.LEAD_NAMED: "{who} chose {about} to hear what is reported.",
    What.GROUP_CHANGED: "{who} changed {changed} of the group.",
    What.INVITED: "{who} made {invitation}.",
    What.CARD_ENDED: "{who} ended a card.",
    What.CAME_IN: "{who} came in.",
    What.SIGNED_OUT: "{who} signed out.",
    What.SESSION_ENDED: "{who} signed out {devices}.",
    What.PASSKEY_MADE: "{who} made a key on a device.",
    What.PASSKEY_TAKEN_AWAY: "{who} took away a key of a device.",
    What.NAME_CHANGED: "{who} chose another name.",
    What.PICTURE_CHANGED: "{who} changed their picture.",
    What.EMAIL_CHANGED: "{who} changed their e-mail address.",
    What.DATA_TAKEN: "{who} took a copy of what is theirs.",
    What.DELETED: "{who} deleted their account.",
    What.SUPPORT_ASKED: "{who} asked to help {about}.",
    What.SUPPORT_AGREED: "{who} said yes to help from {about}.",
    What.SUPPORT_ENDED: "{who} ended the help with {about}.",
    What.HELPING_BEGAN: "{who} began to help {about}.",
    What.HELPING_ENDED: "{who} stopped helping {about}.",
    What.CHARTER_MADE: "{who} started the Charter “{title}”.",
    What.WROTE: "{who} wrote in {statements} of “{title}”.",
    What.PUT_BACK: "{who} put back earlier words in “{title}”.",
    What.TITLE_CHANGED: "{who} changed the title of “{title}”, or the words under it.",
    What.PUBLISHED: "{who} published edition {number} of “{title}”.",
    What.VISIBILITY_CHANGED: "{who} chose that {readers} can read “{title}”.",
    What.ADOPTED: "{who} wrote down that we adopt edition {number} of “{title}”.",
    What.ADOPTION_CORRECTED: "{who} put right how we adopted edition {number} of “{title}”.",
    What.ADOPTION_TAKEN_BACK: "{who} took back that we adopted edition {number} of “{title}”.",
    What.SHARED: "{who} shared our words of “{title}”.",
    What.OFFER_ANSWERED: "{who} {answered} words that were shared for “{title}”.",
    What.DECIDED: "{who} decided on {statements} of “{title}”: {choice}.",
    What.FORGOT: "{who} had earlier words of {statements} in “{title}” forgotten for good.",
    What.HID: "{who} hid {hidden}.",
    What.SHOWED: "{who} showed {hidden} again.",
    What.REPORTED: "Somebody reported that something is not right.",
    What.REPORT_CLOSED: "{who} answered a report.",
    What.AUDIT_TAKEN: "{who} took a copy of this record.",
}

_ROLES = {"member": "a member", "reader": "somebody who only reads", "organiser": "an organiser"}
_TO_DO = {"reader": ", to read", "organiser": ", to organise"}
_READERS = {"group": "only our group", "groups": "all groups", "everybody": "everybody"}
_ANSWERED = {"answered": "answered", "taken": "took", "closed": "said thank you for"}
_CHOICES = {
    "theirs": "we take the new words",
    "ours": "we keep ours",
    "mix": "we mix both",
    "later": "we decide later",
    "undone": "the earlier decision was undone",
}
# Where a supporter is the one who did it, and not somebody who helped to do it.
_THEMSELVES = frozenset({What.HELPING_BEGAN, What.HELPING_ENDED})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the record; `when` as "3 November 2026, 14:05"."""

    row: AuditRow
    when: str
    sentence: str
    who: str
    helped: str | None
    about: str | None


def told(row: AuditRow, names: Mapping[str, str], titles: Mapping[str, str], zone: str) -> Told:
    """A row as people read it. `names` are those of persons, `titles` of Charters, by id."""
    helped = None if row.for_id is None else names.get(row.for_id, A_MEMBER)
    return Told(
        row,
        moment(row.at, zone),
        sentence(row, names, titles),
        _name(row.person_id, names),
        helped,
        None if row.about_id is None else _name(row.about_id, names),
    )


def sentence(row: AuditRow, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """What was done, in one sentence. What an older or a newer version wrote is told as it is."""
    if row.what not in set(What):
        return f"{_capital(_name(row.person_id, names))} did this: {row.what}."
    what, details = What(row.what), row.details or {}
    who = _name(row.person_id, names)
    if row.for_id is not None and what not in _THEMSELVES:
        who = author_name(who, names.get(row.for_id, A_MEMBER)) + ","
    title = details.get("title") or titles.get(row.charter_id or "")
    text = SENTENCES[what] if title else SENTENCES[what].replace("“{title}”", _A_CHARTER)
    values = {
        "who": who,
        "about": SOMEBODY if row.about_id is None else _name(row.about_id, names),
        "title": title,
        "name": details.get("name", ""),
        "number": details.get("number", ""),
        "role": _ROLES.get(str(details.get("after")), "somebody else"),
        "changed": "the picture" if "picture" in details else "the name",
        "invitation": _invitation(row, details, names),
        "devices": "a device" if "count" not in details else "all other devices",
        "statements": _statements(details.get("statements")),
        "readers": _READERS.get(str(details.get("after")), "other people"),
        "answered": _ANSWERED.get(str(details.get("step")), "answered"),
        "hidden": _hidden(row, title, details, names),
        "choice": _CHOICES.get(str(details.get("choice")), "something else"),
    }
    return _capital(text.format(**values))


def moment(at: datetime, zone: str) -> str:
    """A day and a time of that day in `zone`: "3 November 2026, 14:05"."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{in_words(there.date())}, {there:%H:%M}"


def _name(person_id: str | None, names: Mapping[str, str]) -> str:
    return SOMEBODY if person_id is None else names.get(person_id, A_MEMBER)


def _hidden(
    row: AuditRow, title: str | None, details: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    if "part" in details:
        part = "picture" if details["part"] == "picture" else "name"
        return f"the {part} of {_name(row.about_id, names)}"
    return f"words in {f'“{title}”' if title else _A_CHARTER}"


def _invitation(row: AuditRow, details: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return _card(row, details, names) + _TO_DO.get(str(details.get("role")), "")


def _card(row: AuditRow, details: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if row.about_id is not None:
        return f"a card for {_name(row.about_id, names)}"
    uses = details.get("uses")
    if not isinstance(uses, int) or uses == 1:
        return "a card for 1 person"
    return f"a card for {uses} people"


def _statements(count: object) -> str:
    if not isinstance(count, int):
        return "statements"
    return "1 statement" if count == 1 else f"{count} statements"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
