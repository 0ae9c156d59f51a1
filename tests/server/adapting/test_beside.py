import pytest

from server.adapting.beside import OurNotes
from server.people.permits import Role, Who
from server.writing import edits
from server.writing.beside import TOP, Note
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import statement


async def notes(
    kent: Version, *, drafting: bool = True, role: Role | None = Role.MEMBER
) -> dict[str, Note]:
    """The one note beside each item, by its id."""
    who = None if role is None else Who("p", "Pat", roles={kent.row.group_id: role})
    async with kent.stage.store.reading() as session:
        charter = (await kent.stage.read(kent.row.id)).shown
        found = await OurNotes(drafting)(session, who, kent.row, charter)
    assert all(len(each) == 1 for each in found.values())
    return {item_id: each[0] for item_id, each in found.items()}


async def test_a_charter_that_is_no_version_has_no_notes(kent: Version) -> None:
    async with kent.stage.store.reading() as session:
        charter = await kent.stage.read(kent.national.id)
        assert await OurNotes(True)(session, None, kent.national, charter) == {}


async def test_each_statement_tells_what_we_did_with_it(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.stage.edit(
        kent.row.id,
        edits.SetLeftOut("s2", left_out=True),
        edits.AddItem(statement("x1", "We have a garden.", "a9")),
        edits.Move("s3", "a8"),
    )
    found = await notes(kent)
    stances = {item_id: note.values["stance"] for item_id, note in found.items() if item_id != TOP}
    assert stances == {
        "s1": "reworded",
        "s2": "left out",
        "s3": "moved",
        "s4": "kept",
        "s5": "kept",
        "x1": "added",
    }
    assert found["s1"].values["theirs"] is not None
    assert found["x1"].values["theirs"] is None
    assert [each["id"] for each in found[TOP].values["lacking"]] == ["s1", "s2", "x1"]
    assert found[TOP].values["differences"] == 3
    await kent.we_say("s1", "It is so here.", "why")
    found = await notes(kent)
    assert not found["s1"].values["lacks_reason"]
    assert len(found[TOP].values["lacking"]) == 2


async def test_a_newer_edition_is_told_at_each_statement_that_it_changed(kent: Version) -> None:
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    found = await notes(kent)
    assert {item_id for item_id, note in found.items() if note.values.get("asked")} == {"s2"}
    assert found[TOP].values["open"] == 1
    await kent.decide("s2", "theirs")
    found = await notes(kent)
    assert not any(note.values.get("asked") for note in found.values())
    assert found["s2"].values["stance"] == "kept"


async def test_readers_see_what_is_different_and_nothing_to_press(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    found = await notes(kent, drafting=False, role=None)
    assert list(found) == ["s1"]
    assert (found["s1"].values["writes"], found["s1"].values["asked"]) == (False, None)


@pytest.mark.parametrize("path", ["/charters/kent/draft", "/charters/kent"])
async def test_the_pages_show_it(kent: Version, path: str) -> None:
    await kent.we_say("s1", "We choose who lives with us.")
    await kent.they_say("s2", "We meet.")
    await kent.they_publish()
    page = (await kent.kim.browser.get(path)).text
    assert "We changed this" in page
    assert "We have not said why yet." in page
    assert "National have a newer edition." in page
    assert "1 still needs a reason." in page
    assert "What National say" in page
    assert "I choose who I live with." in page
