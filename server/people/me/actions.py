"""What a person changes about themselves: their name, picture, e-mail and how pages look."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NameTaken
from server.people import audit
from server.people.actions import is_name_free
from server.people.audit import What
from server.people.hidden import forget_picture, refuse_hidden_name
from server.people.living import living
from server.people.me import uploads
from server.people.permits import Role, Who
from server.people.preferences import Preferences
from server.people.rules import tidy_email, tidy_name
from server.people.tables import GroupRow, SignInLinkRow

SAME_NAME = "Somebody here has this name. Add a second name or a letter."


@dataclass(frozen=True, slots=True)
class Belonging:
    """A group that one is in, and as what."""

    group: GroupRow
    role: Role


async def groups_of(session: AsyncSession, who: Who) -> Sequence[Belonging]:
    """The groups of a person, by name."""
    rows = await session.scalars(select(GroupRow).where(GroupRow.id.in_(who.roles)))
    ordered = sorted(rows, key=lambda group: (group.name.casefold(), group.id))
    return [Belonging(group, who.roles[group.id]) for group in ordered]


async def change_name(session: AsyncSession, who: Who, text: str) -> bool:
    """Have a person go by another name; False when it is the one they have.

    Raises NotFilledIn, NameIsHidden, and NameTaken where somebody in one of their groups has it.
    """
    name = tidy_name(text, missing="Please write your name.")
    person = await living(session, who.person_id)
    if person.name == name:
        return False
    await refuse_hidden_name(session, person.id, name)
    if not await is_name_free(session, person, name):
        raise NameTaken(SAME_NAME)
    person.name = name
    audit.record_for_groups(session, What.NAME_CHANGED, who)
    return True


async def change_email(session: AsyncSession, who: Who, text: str) -> str | None:
    """Keep an e-mail address, or none for an empty one; returns what is kept now.

    Raises WrongField and NotSignedIn. Two people may share one: a couple, or a house.
    """
    email = tidy_email(text) if text.strip() else None
    person = await living(session, who.person_id)
    if person.email == email:
        return email
    person.email = email
    # Letters that went to the earlier address let nobody in any more.
    await session.execute(delete(SignInLinkRow).where(SignInLinkRow.person_id == person.id))
    audit.record_for_groups(session, What.EMAIL_CHANGED, who)
    return email


async def choose_picture(session: AsyncSession, who: Who, picture: str | None) -> None:
    """Give a person a picture of the catalogue (the caller knows that it is there), or none."""
    person = await living(session, who.person_id)
    await uploads.drop(session, person)
    await forget_picture(session, person.id)
    person.picture = picture
    audit.record_for_groups(session, What.PICTURE_CHANGED, who)


async def prefer(session: AsyncSession, who: Who, preferences: Preferences) -> None:
    """Keep how a person likes their pages."""
    person = await living(session, who.person_id)
    person.preferences = preferences.kept()
