"""What each command of the command line does. All but `serve` and `example` end by themselves."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import examples
from server.adapting import confirming
from server.adapting.adaptations import make_version
from server.adapting.bringing_in import brought_in, chosen, propose
from server.doctor import examine
from server.errors import (
    FileTooBig,
    NotACharter,
    NotAnEdition,
    NotConfirmed,
    NotWhole,
    Refusal,
    UnknownCharter,
    UnknownEdition,
)
from server.file_commands import read_charter as read_charter_file
from server.live.actions import settle_now, start_charter
from server.live.engine import Engine
from server.live.journal import Journal
from server.migrations.upgrade import upgrade
from server.people import actions as people
from server.people.coming_in.invitations import invite as make_invitation
from server.people.mail import CONSOLE
from server.people.permits import Role
from server.people.tables import GroupRow
from server.serving import serve as run_server
from server.serving import served_at
from server.settings import Settings
from server.store import Store
from server.writing import edition_check, edition_files, editions, limits
from server.writing.markdown_in import parse
from server.writing.markdown_out import markdown
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow

T = TypeVar("T")


def serve(settings: Settings) -> None:
    """Serve; while there is no group yet, print a link that sets up the first one."""
    run_server(settings, lambda: _run(settings, partial(_set_up_link, settings)))


def example(settings: Settings) -> None:
    """Load the example when it is not there yet, serve it, and print a link to come in.

    Without a mail server, e-mails are printed as well.
    """
    settings = replace(settings, smtp_url=settings.smtp_url or CONSOLE)
    run_server(settings, lambda: _run(settings, partial(_example, settings)))


def import_charter(settings: Settings, file: Path, group: str, slug: str | None) -> None:
    charter = parse(_read(file))

    async def work(store: Store) -> str:
        async with _engine(settings) as engine:
            begun = await engine.begin(charter)
        async with store.session() as session:
            owner = await people.ensure_group(session, group)
            row = await start_charter(session, charter, begun, group_id=owner.id, slug=slug)
            return row.id

    print(_run(settings, work))


def adapt(settings: Settings, edition: str, file: Path, group: str, yes: bool) -> None:
    """Make a group's own version of an edition from a file, once its parts are confirmed.

    The one who runs it is asked about doubtful parts; with `yes` nobody is.
    """
    theirs = read_charter_file(file)

    async def work(store: Store) -> str:
        async with store.reading() as session:
            found = await _find_edition(session, edition)
            national = await editions.read_edition(session, found.id)
        proposals = propose(national, theirs)
        print(*confirming.listed(national, proposals), sep="\n")
        if not yes and not sys.stdin.isatty():
            raise NotConfirmed
        choices = {} if yes else confirming.confirm(national, proposals, input)
        charter = brought_in(national, theirs, chosen(proposals, choices))
        async with _engine(settings) as engine:
            begun = await engine.begin(charter)
        async with store.session() as session:
            owner = await people.ensure_group(session, group)
            row = await make_version(session, found, charter, begun, group=owner, person_id=None)
            return row.id

    print(_run(settings, work))


def export(settings: Settings, charter: str) -> None:
    async def work(store: Store) -> str:
        async with _engine(settings) as engine, aclosing(Journal(store)) as journal:
            async with store.reading() as session:
                charter_id = await _find_charter(session, charter)
            await settle_now(journal, engine, charter_id)
            async with store.reading() as session:
                return markdown(await read_charter(session, charter_id))

    sys.stdout.write(_run(settings, work))


def invite(settings: Settings, group: str, name: str, role: Role) -> None:
    async def work(store: Store) -> str:
        async with store.session() as session:
            into = await people.find_group(session, group)
            token = await make_invitation(session, into, name, role, settings.invitation_days)
        return f"{served_at(settings)}/come-in/{token}"

    print(_run(settings, work))


def token(settings: Settings, person: str, group: str) -> None:
    async def work(store: Store) -> str:
        async with store.session() as session:
            return await people.issue_token(
                session, person, await people.find_group(session, group)
            )

    print(_run(settings, work))


def verify(_settings: Settings, file: Path, digest: str | None) -> None:
    """Print whether a file is the edition that was published. Raises NotWhole when it is not."""
    checked = edition_check.check(_read(file, edition_files.LARGEST, NotAnEdition))
    edition = checked.edition
    facts = [
        f"{edition.title}, edition {edition.number}",
        edition.name,
        f"by {edition.by}",
        f"published on {edition.published_at:%Y-%m-%d}",
        f"{len(edition.charter.statements)} statements",
    ]
    print(", ".join(filter(None, facts)))
    for sentence in checked.changed:
        print(sentence)
    if checked.removed:
        print(f"The group removed words here in {checked.removed} places.")
    print(f"Digest: {checked.digest}")
    if not checked.is_whole:
        raise NotWhole
    if digest is not None and digest.strip().lower() != checked.digest:
        raise NotWhole("This file is another edition than the one you asked about.")
    print("This edition is whole.")
    if digest is None:
        print("Look at the page of the edition. Does it show the same digest?")


def doctor(settings: Settings) -> int:
    """Print what is safe and what is not; 1 when something is not."""
    found = examine(settings)
    for finding in found:
        print(f"{'ok    ' if finding.is_safe else 'UNSAFE'}  {finding.sentence}")
    return 0 if all(finding.is_safe for finding in found) else 1


def _run(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Do some work on an up-to-date database."""
    settings.make_data_folder()
    upgrade(settings)

    async def whole() -> T:
        store = Store(settings.database)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(whole())


def _engine(settings: Settings) -> AbstractAsyncContextManager[Engine]:
    return aclosing(Engine(settings))


def _read(
    file: Path, most: int = limits.FILE_BYTES, otherwise: type[Refusal] = NotACharter
) -> bytes:
    try:
        size = file.stat().st_size
        if size > most:
            raise FileTooBig
        return file.read_bytes()
    except OSError as error:
        raise otherwise(f"We could not read the file {file}: {error.strerror}.") from error


async def _find_charter(session: AsyncSession, name: str) -> str:
    found = await session.scalar(
        select(CharterRow.id).where(or_(CharterRow.id == name, CharterRow.slug == name))
    )
    if found is None:
        raise UnknownCharter
    return found


async def _find_edition(session: AsyncSession, name: str) -> EditionRow:
    """The edition `CHARTER@NUMBER`; without a number the newest one."""
    charter, _, number = name.partition("@")
    charter_id = await _find_charter(session, charter)
    if number:
        if not number.isascii() or not number.isdigit():
            raise UnknownEdition
        return await editions.numbered(session, charter_id, int(number))
    found = await editions.newest(session, charter_id)
    if found is None:
        raise UnknownEdition
    return found


async def _example(settings: Settings, store: Store) -> str:
    async with _engine(settings) as engine:
        token = await examples.load(store, engine, settings)
    return f"\nCome in as {examples.PERSON} at {settings.address}/come-in/{token}"


async def _set_up_link(settings: Settings, store: Store) -> str:
    async with store.session() as session:
        if await session.scalar(select(GroupRow.id).limit(1)) is not None:
            return ""
        token = await people.make_set_up(session)
    return f"\nSet up your group, once, at {settings.address}/set-up/{token}"
