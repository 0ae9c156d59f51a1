"""People who are in groups, signed in, invited and pictured: in the database, by one call each."""

from io import BytesIO

import httpx
from PIL import Image

from server.people import actions
from server.people.coming_in import invitations, passkeys
from server.people.coming_in.passkey_answers import Answer, ask_for_new
from server.people.me import uploads
from server.people.permits import Role, Who
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.store import Store
from tests.support.authenticator import CHALLENGE, SITE, Authenticator


async def make_group(store: Store, kind: str = "local") -> GroupRow:
    """The group Devon, which is not there yet."""
    async with store.session() as session:
        return await actions.make_group(session, "Devon", kind)


async def somebody(store: Store, name: str, *groups: str) -> Who:
    """A new person, a member of these groups."""
    async with store.session() as session:
        person = await actions.make_person(session, name)
        roles = {}
        for group_name in groups:
            group = await actions.ensure_group(session, group_name)
            await actions.join(session, person, group, Role.MEMBER)
            roles[group.id] = Role.MEMBER
    return Who(person.id, name, roles=roles)


async def come(store: Store, group: GroupRow, name: str, role: Role = Role.MEMBER) -> Who:
    """A new person in a group."""
    async with store.session() as session:
        person = await actions.make_person(session, name)
        await actions.join(session, person, group, role)
    return Who(person.id, name, roles={group.id: role})


async def come_in(store: Store, client: httpx.AsyncClient, who: Who) -> None:
    """Sign a browser in."""
    async with store.session() as session:
        person = await session.get_one(PersonRow, who.person_id)
        client.cookies.set("our_charter", await sign_in(session, person))


async def person(store: Store, who: Who) -> PersonRow:
    """What is kept of somebody now."""
    async with store.reading() as session:
        return await session.get_one(PersonRow, who.person_id)


async def invite(store: Store, name: str = "Ann", role: Role = Role.MEMBER, days: int = 14) -> str:
    """The path of an invitation to Devon."""
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        return "/come-in/" + await invitations.invite(session, group, name, role, days)


def picture(colour: str = "red") -> bytes:
    """A photo, as somebody may send one."""
    out = BytesIO()
    Image.new("RGB", (40, 60), colour).save(out, "JPEG")
    return out.getvalue()


async def keep(store: Store, who: Who, face: bytes = b"face") -> str:
    """Give somebody a picture of their own; its id."""
    async with store.session() as session:
        return (await uploads.keep(session, who, face)).id


async def sees(store: Store, upload_id: str, who: Who | None) -> bool:
    """Whether somebody is shown a picture."""
    async with store.reading() as session:
        return await uploads.find(session, upload_id, who) is not None


async def make_passkey(store: Store, who: Who, device: Authenticator) -> None:
    """Have a device make a key for somebody."""
    asked = ask_for_new(SITE, CHALLENGE, who.person_id, who.name, [])
    answer = Answer(device.make(asked), CHALLENGE, SITE)
    async with store.session() as session:
        await passkeys.make_passkey(session, who, answer, "Phone")
