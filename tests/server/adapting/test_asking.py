import pytest

from server.adapting.asking import charter_for
from server.errors import MayNot, NotSignedIn, UnknownCharter
from server.people.permits import Action, Role, Who
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
