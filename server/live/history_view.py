"""History as pages show it: days of the diary, cards of a sitting, versions of a statement.

Days and hours are those of the people, in the time zone of the settings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from server.comparing import align, phrases
from server.comparing.align import ItemChange, Stance
from server.comparing.cards import Card
from server.web.dates import there, with_weekday
from server.writing import diary
from server.writing.charter import Charter, in_order
from server.writing.hidden import Hiding
from server.writing.history import Change, Diary, Earlier, Entry, Removal
from server.writing.versions import Version


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, newest first: sittings, and what else was done, in sentences."""

    name: str
    sittings: Sequence["Told"]
    removals: Sequence[Removal]
    retitled: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A sitting in sentences, under the day on which it ended.

    `times` are "14:05" and "15:10"; the first has its day where that is another one.
    """

    entry: Entry
    sentences: Sequence[str]
    times: tuple[str, str]


@dataclass(frozen=True)
class Touched:
    """A card of a sitting: what changed in one item, and who wrote in it.

    `hidings` tell what of it is hidden, and why.
    """

    card: Card
    persons: str
    hidings: tuple[Hiding, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a statement said for a while. `may_put_back`: it says something else now."""

    earlier: Earlier
    is_now: bool
    persons: str
    since: str | None
    until: str | None
    may_put_back: bool


def days(found: Diary, language: str, zone: str) -> list[Day]:
    """The diary by day."""
    told = {
        on: list(entries)
        for on, entries in groupby(
            found.entries, key=lambda entry: there(entry.last_at, zone).date()
        )
    }
    gone: dict[date, list[Removal]] = {}
    for removal in found.removals:
        gone.setdefault(there(removal.at, zone).date(), []).append(removal)
    titles: dict[date, list[str]] = {}
    for each in found.retitled:
        sentence = diary.retitled(each.persons, each.parts, language)
        titles.setdefault(there(each.at, zone).date(), []).append(sentence)
    return [
        Day(
            with_weekday(on, language),
            [_told(entry, language, zone) for entry in told.get(on, ())],
            list(_once(gone.get(on, ()))),
            titles.get(on, ()),
        )
        for on in sorted(told.keys() | gone.keys() | titles.keys(), reverse=True)
    ]


def cards(changes: Iterable[Change], numbers: Mapping[str, int], language: str) -> list[Touched]:
    """What changed in a sitting, in reading order; `numbers` are those that readers see now."""
    known = {change.item_id: change for change in changes}
    compared = align.compare(
        Charter("", items=in_order(v.item for c in known.values() if (v := c.before) is not None)),
        Charter("", items=in_order(v.item for c in known.values() if (v := c.after) is not None)),
    )
    found = []
    for each in compared.items:
        change = known[each.item_id]
        placed = _placed(each, numbers)
        if placed.is_change or placed.parts or _hidings(change):
            removed = not (_is_whole(change.before) and _is_whole(change.after))
            sentences = () if removed else phrases.of_item(placed, language=language)
            card = Card(placed, sentences, removed)
            found.append(Touched(card, diary.people(change.persons, language), _hidings(change)))
    return found


def versions(found: Sequence[Earlier], now: Version | None, language: str, zone: str) -> list[Said]:
    """All that a statement said; each thing once, at the last time that it was said."""
    told: list[Said] = []
    seen: set[tuple[object, ...]] = set()
    for one in found:
        key = _says(one.version)
        if key in seen:
            continue
        seen.add(key)
        is_now = now is not None and key == _says(now)
        told.append(
            Said(
                one,
                is_now,
                diary.people(one.persons, language) if one.persons else "",
                None if one.since is None else moment(one.since, language, zone),
                None if one.until is None or is_now else moment(one.until, language, zone),
                may_put_back=not is_now and one.version.is_whole,
            )
        )
    return told


def day(at: datetime, language: str, zone: str) -> str:
    """The day of a moment: "Tuesday 3 November 2026"."""
    return with_weekday(there(at, zone).date(), language)


def moment(at: datetime, language: str, zone: str) -> str:
    """A day with its time: "Tuesday 3 November 2026, 14:05"."""
    return f"{day(at, language, zone)}, {_clock(at, zone)}"


def _clock(at: datetime, zone: str) -> str:
    return f"{there(at, zone):%H:%M}"


def _says(version: Version) -> tuple[object, ...]:
    return (version.digest, version.item.why, version.item.left_out, version.is_whole)


def _told(entry: Entry, language: str, zone: str) -> Told:
    began, last = (there(at, zone) for at in (entry.began_at, entry.last_at))
    same_day = began.date() == last.date()
    first = _clock(began, zone) if same_day else moment(began, language, zone)
    sentences = diary.sentences(entry.persons, entry.deeds, language)
    return Told(entry, sentences, (first, _clock(last, zone)))


def _once(removals: Iterable[Removal]) -> Iterator[Removal]:
    """One of those that one press forgot."""
    for _, those in groupby(removals, key=attrgetter("item_id", "at", "by")):
        yield next(those)


def _placed(change: ItemChange, numbers: Mapping[str, int]) -> ItemChange:
    """The change with its place: of the items around it a sitting tells nothing."""
    number = numbers.get(change.item_id)
    change = replace(change, number_old=number, number_new=number, area_old=None, area_new=None)
    old, new = change.old, change.new
    if old is None or new is None or new.left_out or old.position == new.position:
        return replace(change, moved=False)
    stance = Stance.MOVED if change.stance is Stance.KEPT else change.stance
    return replace(change, moved=True, moved_up=new.position < old.position, stance=stance)


def _hidings(change: Change) -> tuple[Hiding, ...]:
    both = (each for each in (change.before, change.after) if each is not None)
    return tuple({one.id: one for version in both for one in version.hidings}.values())


def _is_whole(version: Version | None) -> bool:
    return version is None or version.is_whole
