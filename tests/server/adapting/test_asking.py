from functools import partial

import pytest

from server.adapting.asking import charter_for, settle
from server.errors import MayNot, NotSignedIn, UnknownCharter
from server.people.permits import Action, Role, Who
from server.writing import edits, rich_text
from server.writing.document import Part
from tests.server.adapting.stage import Stage, charter_of


async def test_an_address_leads_to_a_charter_for_those_who_may(stage: Stage) -> None:
    row = await stage.charter(charter_of("One."), "Kent", "group")
    member = Who("p", "Pat", roles={row.group_id: Role.MEMBER})
    async with stage.store.reading() as session:
        assert (await charter_for(session, member, row.slug, Action.WRITE)).id == row.id
        with pytest.raises(NotSignedIn):
            await charter_for(session, None, row.slug, Action.READ)
        with pytest.raises(MayNot):
            await charter_for(session, Who("q", "Quin"), row.slug, Action.READ)
        with pytest.raises(UnknownCharter):
            await charter_for(session, member, "nowhere", Action.READ)


async def test_settling_brings_the_read_side_up_to_date(stage: Stage) -> None:
    row = await stage.charter(charter_of("One."))
    change = edits.SetText("s1", Part.WORDS, rich_text.from_text("Two."))
    edit = partial(edits.apply, edits=[change])
    await stage.rooms.change(row.id, edit, author=None)
    await settle(stage.rooms, row.id)
    assert await stage.words(row.id, "s1") == "Two."
    await settle(stage.rooms, "nothing")
