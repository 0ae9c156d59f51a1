from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from server.people.permits import Role
from server.people.tables import AuditRow
from server.publishing.tables import AdoptionRow
from server.store import Store
from server.web.dates import in_words
from server.writing.tables import CharterRow
from tests.server.publishing.conftest import Place, come_in, make_place, publish
from tests.server.publishing.test_adopting_pages import PATH, TODAY, adoptions, filled_in
from tests.server.publishing.test_adoptions import adopt, organiser
from tests.support.forms import form_to
from tests.support.pages import form_token, send

EARLIER = TODAY - timedelta(days=40)


async def adopted(store: Store, client: httpx.AsyncClient, devon: Place) -> AdoptionRow:
    """Devon adopts its edition; its organiser is signed in."""
    await come_in(store, client, devon.group)
    await publish(store, devon, "One")
    assert (await send(client, f"{PATH}/adopt", filled_in())).status_code == 303
    (row,) = await adoptions(store)
    return row


async def recorded(store: Store, what: str) -> list[AuditRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(AuditRow).where(AuditRow.what == what)))


async def test_an_organiser_puts_right_what_was_written_down(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    row = await adopted(store, client, devon)
    here = f"{PATH}/adoptions/{row.id}"
    assert f'href="{here}"' in (await client.get(f"{PATH}/adoptions")).text
    form = form_to((await client.get(here)).text, here)
    assert form.fields["present-people"] == "4"
    assert form.fields["adopted-year"] == str(TODAY.year)
    right = form.filled(
        **{
            "adopted-day": str(EARLIER.day),
            "adopted-month": str(EARLIER.month),
            "adopted-year": str(EARLIER.year),
            "present-people": "6",
            "note": "We met by the sea.",
        }
    )
    done = await client.post(here, data=right)
    assert (done.status_code, done.headers["location"]) == (303, f"{PATH}/adoptions?done=corrected")
    page = (await client.get(done.headers["location"])).text
    for part in (
        "You put it right.",
        f"On {in_words(EARLIER)} they adopted",
        "<li>People who use Shared Lives: 6</li>",
        "<li>Carers: 2</li>",
        "We met by the sea.",
    ):
        assert part in page
    assert f"Devon adopted edition 1 on {in_words(EARLIER)}." in (await client.get(PATH)).text
    assert len(await adoptions(store)) == 1


async def test_the_record_tells_what_was_put_right_but_no_words(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    row = await adopted(store, client, devon)
    here = f"{PATH}/adoptions/{row.id}"
    # Pressing without a change is no change.
    assert (await send(client, here, filled_in())).status_code == 303
    assert await recorded(store, "adoption corrected") == []
    await send(client, here, filled_in(**{"present-people": "6", "note": "Anna was ill."}))
    (told,) = await recorded(store, "adoption corrected")
    assert (told.group_id, told.charter_id) == (devon.group.id, devon.charter.id)
    assert told.details == {
        "title": "Our & Devon Charter",
        "number": 1,
        "changed": ["present", "note"],
        "before": {"present": {"people": 4, "carers": 2}},
        "after": {"present": {"people": 6, "carers": 2}},
    }


async def test_a_mistake_is_taken_back_and_the_earlier_adoption_counts_again(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    first = await adopted(store, client, devon)
    await publish(store, devon, "Two")
    await send(client, f"{PATH}/adopt", filled_in(edition="2"))
    second = next(row for row in await adoptions(store) if row.id != first.id)
    for row, left in ((second, "edition 1"), (first, None)):
        here = f"{PATH}/adoptions/{row.id}/take-back"
        page = await client.get(here)
        assert "Take this back?" in page.text
        done = await client.post(here, data=form_to(page.text, here).filled())
        assert done.headers["location"] == f"{PATH}/adoptions?done=back"
        shown = (await client.get(done.headers["location"])).text
        assert "You took it back." in shown
        assert ("Nobody adopted it yet." in shown) == (left is None)
        assert (f"adopted {left}" in (await client.get(PATH)).text) == (left is not None)
    back = await recorded(store, "adoption taken back")
    assert [row.details["number"] for row in back] == [2, 1]
    assert back[0].details["before"]["date"] == TODAY.isoformat()


async def test_the_national_group_sees_the_present_state_and_cannot_change_it(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    national = await make_place(store, "National", "everybody", kind="national")
    await publish(store, national)
    await come_in(store, client, devon.group)
    path = f"/charters/{national.charter.slug}"
    await send(client, f"{path}/adopt", filled_in())
    (row,) = await adoptions(store)
    here = f"{path}/adoptions/{row.id}"
    form = form_to((await client.get(here)).text, here)
    await client.post(here, data=form.filled(**{"present-people": "9"}))
    await come_in(store, client, national.group)
    page = (await client.get(f"{path}/adoptions")).text
    assert "<li>People who use Shared Lives: 9</li>" in page
    assert here not in page
    for address in (here, f"{here}/take-back"):
        assert (await client.get(address)).status_code == 403
        assert (await client.post(address, data=form.filled())).status_code == 403
    assert len(await adoptions(store)) == 1


@pytest.mark.parametrize(
    ("wrong", "anchor", "sentence"),
    [
        ({"adopted-year": "2999"}, "adopted-day", "too far away"),
        ({"present-people": "x"}, "present-people", "as a number"),
        ({"note": "x" * 2_001}, "note", "too long"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_changes(  # noqa: PLR0917 -- a column each
    store: Store,
    client: httpx.AsyncClient,
    devon: Place,
    wrong: dict[str, str],
    anchor: str,
    sentence: str,
) -> None:
    row = await adopted(store, client, devon)
    page = await send(client, f"{PATH}/adoptions/{row.id}", filled_in(**wrong))
    assert page.status_code == 422
    assert sentence in page.text
    assert f'href="#{anchor}"' in page.text
    (same,) = await adoptions(store)
    assert (same.adopted_on, same.present, same.note) == (row.adopted_on, row.present, row.note)


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.READER, 403), (Role.MEMBER, 403)])
async def test_only_organisers_of_the_group_that_adopted_may(
    store: Store, client: httpx.AsyncClient, role: Role | None, status: int
) -> None:
    devon = await make_place(store, visibility="everybody")
    edition = await publish(store, devon)
    await adopt(store, await organiser(store, devon.group), devon, edition)
    (row,) = await adoptions(store)
    if role is not None:
        await come_in(store, client, devon.group, role, "Ann")
    assert row.id not in (await client.get(f"{PATH}/adoptions")).text
    for end in ("", "/take-back"):
        assert (await client.get(f"{PATH}/adoptions/{row.id}{end}")).status_code == status
        client.cookies.set("our_charter_form", "token")
        form = {**filled_in(), "form_token": "token"}
        refused = await client.post(f"{PATH}/adoptions/{row.id}{end}", data=form)
        assert refused.status_code == status
    assert len(await adoptions(store)) == 1


async def test_what_nobody_adopted_here_is_not_there(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    row = await adopted(store, client, devon)
    kent = await make_place(store, "Kent", "everybody")
    form = {**filled_in(), "form_token": form_token(await client.get(f"{PATH}/adopt"))}
    for path in (f"{PATH}/adoptions/none", f"/charters/{kent.charter.slug}/adoptions/{row.id}"):
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, data=form)).status_code == 404
        assert (await client.post(f"{path}/take-back", data=form)).status_code == 404


async def test_an_adoption_names_the_edition_as_it_was_called_then(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    row = await adopted(store, client, devon)
    async with store.session() as session:
        charter = await session.get_one(CharterRow, devon.charter.id)
        charter.title = "Another title"
    for path in ("adoptions", f"adoptions/{row.id}", f"adoptions/{row.id}/take-back"):
        assert "Our &amp; Devon Charter, edition 1</a>" in (await client.get(f"{PATH}/{path}")).text
