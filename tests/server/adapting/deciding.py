"""A version of a national Charter, and somebody who answers for it what newer editions ask."""

from dataclasses import dataclass

from server.adapting import answers
from server.adapting.answers import Choice
from server.adapting.decisions import Decision, Undoing
from server.adapting.updates import OurUpdate, update_of
from server.people.permits import Role, Who
from server.writing import rich_text
from server.writing.authors import Author
from server.writing.charter import Charter, Item
from server.writing.tables import CharterRow, EditionRow
from tests.server.adapting.stage import WORDS, Person, Stage, charter_of


@dataclass
class Version:
    """Kent's version of the national Charter, made from its first edition; Kim answers for it."""

    stage: Stage
    national: CharterRow
    row: CharterRow
    kim: Person

    @classmethod
    async def made(cls, stage: Stage, charter: Charter | None = None) -> "Version":
        national = await stage.charter(charter or charter_of(*WORDS))
        row = await stage.version(await stage.publish(national.id))
        return cls(stage, national, row, await stage.come_in("Kim", "Kent"))

    @property
    def who(self) -> Who:
        """Kim, as permits know her."""
        return Who(self.kim.id, self.kim.name, roles={self.row.group_id: Role.ORGANISER})

    async def they_say(self, item_id: str, words: str) -> None:
        """The national group changes a statement; nothing is published yet."""
        await self.stage.say(self.national.id, item_id, words)

    async def they_publish(self) -> EditionRow:
        return await self.stage.publish(self.national.id)

    async def we_say(self, item_id: str, words: str, part: str = "words") -> None:
        await self.stage.say(self.row.id, item_id, words, part)

    async def item(self, item_id: str) -> Item:
        """What the version has now."""
        found = (await self.stage.read(self.row.id)).item(item_id)
        assert found is not None
        return found

    async def words(self, item_id: str) -> str:
        return rich_text.plain((await self.item(item_id)).words)

    async def update(self) -> OurUpdate:
        """What is asked now."""
        async with self.stage.store.reading() as session:
            return await update_of(session, await self.stage.row(self.row.id), self.who)

    async def asked(self) -> list[str]:
        found = await self.update()
        return [question.item_id for question in found.update.questions]

    def answer(
        self, found: OurUpdate, item_id: str, choice: str, why: str | None = None
    ) -> Decision:
        """An answer to one question, not yet made."""
        question = found.question(item_id)
        assert question is not None, f"{item_id} is not asked about"
        reason = None if why is None else rich_text.from_text(why)
        match Choice(choice):
            case Choice.THEIRS:
                wanted = answers.take_theirs(question, found.edition)
            case Choice.OURS:
                wanted = answers.keep_ours(question, found.edition, reason)
            case Choice.MIX:
                mixed = question.merge.result
                assert mixed is not None
                said = (mixed.words, mixed.meaning)
                wanted = answers.take_mix(question, found.edition, *said, reason)
            case Choice.LATER:
                wanted = answers.leave(question)
        return Decision(found, (question,), wanted, Choice(choice), Author(self.kim.id))

    async def decide(self, item_id: str, choice: str, why: str | None = None) -> None:
        """Answer one question, and let the Charter settle."""
        await self.answer(await self.update(), item_id, choice, why).make(self.stage.rooms)
        await self.stage.rooms.settling.settle(self.row.id)

    async def undo(self, item_id: str) -> None:
        """Undo the answer on a statement, and let the Charter settle."""
        found = await self.update()
        (given,) = (each for each in found.answered() if each.main.item_id == item_id)
        await Undoing(given, found.ours, Author(self.kim.id)).make(self.stage.rooms)
        await self.stage.rooms.settling.settle(self.row.id)
