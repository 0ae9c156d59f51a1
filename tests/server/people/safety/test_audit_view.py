from datetime import UTC, datetime
from typing import Any

import pytest

from server.people.audit import What
from server.people.safety.audit_view import SENTENCES, sentence, told
from server.people.tables import AuditRow

NAMES = {"meg": "Meg", "ben": "Ben", "sam": "Sam", "anna": "Anna", "gone": "a member"}
AT = datetime(2026, 7, 3, 13, 5, tzinfo=UTC)


def row(
    what: str,
    by: str | None = "meg",
    about: str | None = None,
    helped: str | None = None,
    **details: Any,
) -> AuditRow:
    return AuditRow(
        id=1,
        at=AT,
        what=what,
        person_id=by,
        about_id=about,
        for_id=helped,
        charter_id="c",
        details=details,
    )


# fmt: off
TOLD: list[tuple[AuditRow, str]] = [
    (row(What.GROUP_MADE, name="Devon"), "Meg made the group “Devon”."),
    (row(What.ROLE_CHANGED, about="ben", after="organiser"), "Meg made Ben an organiser."),
    (row(What.ROLE_CHANGED, about="ben", after="reader"), "Meg made Ben somebody who only reads."),
    (row(What.REMOVED, about="ben"), "Meg took Ben out of the group."),
    (row(What.LEFT, about="meg"), "Meg left the group."),
    (row(What.LEAD_NAMED, about="ben"), "Meg chose Ben to hear what is reported."),
    (row(What.GROUP_CHANGED, name="Devon"), "Meg changed the name of the group."),
    (row(What.GROUP_CHANGED, picture=None), "Meg changed the picture of the group."),
    (row(What.INVITED, uses=1), "Meg made a card for 1 person."),
    (row(What.INVITED, uses=40), "Meg made a card for 40 people."),
    (row(What.INVITED, about="ben", uses=1), "Meg made a card for Ben."),
    (
        row(What.INVITED, about="ben", uses=1, role="organiser"),
        "Meg made a card for Ben, to organise.",
    ),
    (row(What.INVITED, uses=40, role="reader"), "Meg made a card for 40 people, to read."),
    (row(What.CARD_ENDED, card="x"), "Meg ended a card."),
    (row(What.CAME_IN), "Meg came in."),
    (row(What.SIGNED_OUT), "Meg signed out."),
    (row(What.SESSION_ENDED, device="Tablet"), "Meg signed out a device."),
    (row(What.SESSION_ENDED, count=2), "Meg signed out all other devices."),
    (row(What.PASSKEY_MADE), "Meg made a key on a device."),
    (row(What.PASSKEY_TAKEN_AWAY), "Meg took away a key of a device."),
    (row(What.NAME_CHANGED), "Meg chose another name."),
    (row(What.PICTURE_CHANGED), "Meg changed their picture."),
    (row(What.EMAIL_CHANGED), "Meg changed their e-mail address."),
    (row(What.DATA_TAKEN), "Meg took a copy of what is theirs."),
    (row(What.DELETED, by="gone"), "A member deleted their account."),
    (row(What.SUPPORT_ASKED, by="sam", about="anna"), "Sam asked to help Anna."),
    (row(What.SUPPORT_AGREED, by="anna", about="sam"), "Anna said yes to help from Sam."),
    (row(What.SUPPORT_ENDED, by="anna", about="sam"), "Anna ended the help with Sam."),
    (row(What.HELPING_BEGAN, by="sam", about="anna", helped="anna"), "Sam began to help Anna."),
    (row(What.HELPING_ENDED, by="sam", about="anna", helped="anna"), "Sam stopped helping Anna."),
    (row(What.CHARTER_MADE, by=None, title="Ours"), "Somebody started the Charter “Ours”."),
    (row(What.WROTE, by="sam", helped="anna", statements=3),
     "Anna, with help from Sam, wrote in 3 statements of “Our promise”."),
    (row(What.WROTE, statements=1), "Meg wrote in 1 statement of “Our promise”."),
    (row(What.PUT_BACK), "Meg put back earlier words in “Our promise”."),
    (row(What.PUBLISHED, title="Ours", number=2), "Meg published edition 2 of “Ours”."),
    (row(What.VISIBILITY_CHANGED, after="group"),
     "Meg chose that only our group can read “Our promise”."),
    (row(What.ADOPTED, title="Ours", number=2),
     "Meg wrote down that we adopt edition 2 of “Ours”."),
    (
        row(What.TITLE_CHANGED, title="Ours", parts=["title"]),
        "Meg changed the title of “Ours”, or the words under it.",
    ),
    (
        row(What.ADOPTION_CORRECTED, title="Ours", number=1),
        "Meg put right how we adopted edition 1 of “Ours”.",
    ),
    (
        row(What.ADOPTION_TAKEN_BACK, title="Ours", number=1),
        "Meg took back that we adopted edition 1 of “Ours”.",
    ),
    (row(What.SHARED), "Meg shared our words of “Our promise”."),
    (row(What.OFFER_ANSWERED, title="Ours", step="taken"),
     "Meg took words that were shared for “Ours”."),
    (row(What.OFFER_ANSWERED, title="Ours", step="closed"),
     "Meg said thank you for words that were shared for “Ours”."),
    (row(What.DECIDED, title="Ours", statements=1, choice="theirs"),
     "Meg decided on 1 statement of “Ours”: we take the new words."),
    (row(What.FORGOT, title="Ours", statements=1),
     "Meg had earlier words of 1 statement in “Ours” forgotten for good."),
    (row(What.HID, title="Ours"), "Meg hid words in “Ours”."),
    (row(What.SHOWED, title="Ours"), "Meg showed words in “Ours” again."),
    (row(What.HID, about="ben", part="name"), "Meg hid the name of Ben."),
    (row(What.SHOWED, about="gone", part="picture"),
     "Meg showed the picture of a member again."),
    (row(What.REPORTED, by=None), "Somebody reported that something is not right."),
    (row(What.REPORT_CLOSED), "Meg answered a report."),
    (row(What.AUDIT_TAKEN, form="csv"), "Meg took a copy of this record."),
]
# fmt: on


@pytest.mark.parametrize(("found", "said"), TOLD)
def test_what_was_done_is_told_in_a_sentence(found: AuditRow, said: str) -> None:
    assert sentence(found, NAMES, {"c": "Our promise"}) == said


def test_everything_that_is_recorded_has_its_sentence() -> None:
    assert set(SENTENCES) == set(What)
    assert {found.what for found, _ in TOLD} == set(What)


@pytest.mark.parametrize("what", list(What))
def test_without_any_details_there_is_still_a_sentence(what: What) -> None:
    said = sentence(row(what, by=None), {}, {})
    assert said.endswith(".")
    assert "{" not in said
    assert "None" not in said


def test_somebody_deleted_is_a_member() -> None:
    found = row(What.ROLE_CHANGED, by="gone", about="nobody", after="member")
    assert sentence(found, NAMES, {}) == "A member made a member a member."


def test_names_and_titles_are_never_taken_for_a_pattern() -> None:
    found = row(What.HID, by="x", title="{who} {0}")
    said = sentence(found, {"x": "{title} {about}"}, {})
    assert said == "{title} {about} hid words in “{who} {0}”."


def test_what_a_later_version_wrote_is_told_as_it_is() -> None:
    assert sentence(row("danced"), NAMES, {}) == "Meg did this: danced."


def test_times_are_those_of_the_place() -> None:
    one = told(row(What.LEFT), NAMES, {}, "Europe/London")
    assert f"{one.when}: {one.sentence}" == "3 July 2026, 14:05: Meg left the group."
    assert (one.who, one.helped, one.about) == ("Meg", None, None)
