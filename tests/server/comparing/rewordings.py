"""Rewordings by seeded chance: what one side might make of a text that the other rewords, too."""

import random
from dataclasses import replace

from server.writing import rich_text
from server.writing.charter import Charter, Item, Kind, in_order
from server.writing.position import spread
from server.writing.rich_text import Block, BulletList, Paragraph, RichText, Run

WORDS = (
    *("people", "choose", "where", "they", "live", "and", "who", "with", "home", "family", "carer"),
    *("visit", "every", "day", "friends", "help", "listen", "ask", "must", "may", "can", "not"),
    *("never", "two", "10", "their", "own", "time", "in", "when", "we", "together"),
)
LINKS = (None, None, None, None, "https://example.org/a", "mailto:ann@example.org")


def text(chance: random.Random) -> RichText:
    """Up to three blocks of words, some of them strong or links."""
    blocks: list[Block] = []
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.3:
            blocks.append(
                BulletList(tuple(_paragraph(chance) for _ in range(chance.randint(1, 3))))
            )
        else:
            blocks.append(_paragraph(chance))
    return rich_text.tidy(blocks)


def _paragraph(chance: random.Random) -> Paragraph:
    words = [chance.choice(WORDS) for _ in range(chance.randint(3, 25))]
    return Paragraph(
        tuple(
            Run(f"{word}{chance.choice('    ,.')} ", chance.random() < 0.1, chance.choice(LINKS))
            for word in words
        )
    )


def reworded(chance: random.Random, rich: RichText) -> RichText:
    """The text with one to three words changed, taken out, put in, or made strong."""
    paragraphs = [(isinstance(b, BulletList), p) for b in rich for p in rich_text.paragraphs((b,))]
    for _ in range(chance.randint(1, 3)):
        if not paragraphs:
            break
        index = chance.randrange(len(paragraphs))
        bullet, paragraph = paragraphs[index]
        if chance.random() < 0.1:
            paragraphs[index : index + 1] = [(bullet, paragraph), (not bullet, _paragraph(chance))]
        else:
            paragraphs[index] = bullet, _word_changed(chance, paragraph)
    return rich_text.tidy(BulletList((p,)) if bullet else p for bullet, p in paragraphs)


def _word_changed(chance: random.Random, paragraph: Paragraph) -> Paragraph:
    letters = [(letter, run.strong, run.link) for run in paragraph.runs for letter in run.text]
    edges = [0, *(i for i, each in enumerate(letters) if each[0] == " "), len(letters)]
    at = chance.randrange(len(edges) - 1)
    start, end = edges[at], edges[at + 1]
    match chance.randrange(4):
        case 0:
            letters[start:end] = []
        case 1:
            letters[end:end] = [(letter, False, None) for letter in f" {chance.choice(WORDS)}"]
        case 2:
            letters[start:end] = [(letter, False, None) for letter in f" {chance.choice(WORDS)}"]
        case _:
            letters[start:end] = [(each[0], not each[1], each[2]) for each in letters[start:end]]
    return Paragraph(rich_text.tidy_runs(Run(*letter) for letter in letters))


def charter(chance: random.Random, size: int = 12) -> Charter:
    """Headings and statements with ids, some left out."""
    items = [item(chance, f"i{number}") for number in range(chance.randint(1, size))]
    return placed(items)


def item(chance: random.Random, item_id: str) -> Item:
    if chance.random() < 0.2:
        return Item(item_id, Kind.HEADING, "a0", rich_text.one_line(text(chance)))
    return Item(
        item_id,
        Kind.STATEMENT,
        "a0",
        text(chance),
        text(chance) if chance.random() < 0.5 else (),
        chance.choice((None, "house", "tea")),
        left_out=chance.random() < 0.1,
    )


def placed(items: list[Item]) -> Charter:
    places = spread(len(items))
    found = (replace(each, position=place) for each, place in zip(items, places, strict=True))
    return Charter("Ours", items=in_order(found))


def changed(chance: random.Random, of: Charter, steps: int = 6, new: str = "n") -> Charter:
    """What a group made of a Charter: reworded, added, left out, dropped, moved, split, joined."""
    items = list(of.items)
    for step in range(chance.randint(0, steps)):
        index = chance.randrange(len(items)) if items else 0
        name = f"{new}{step}{chance.randrange(10**6)}"
        match chance.randrange(9) if items else 0:
            case 0:
                items.insert(index, item(chance, name))
            case 1 | 2:
                words = reworded(chance, items[index].words)
                if items[index].kind is Kind.HEADING:
                    words = rich_text.one_line(words)
                items[index] = replace(items[index], words=words)
            case 3:
                items[index] = replace(items[index], meaning=text(chance), picture="tree")
            case 4:
                items[index] = replace(items[index], left_out=not items[index].left_out)
            case 5:
                del items[index]
            case 6:
                items.insert(chance.randrange(len(items)), items.pop(index))
            case 7:
                half = replace(item(chance, name), origins=(items[index].id,))
                items[index] = replace(items[index], words=reworded(chance, items[index].words))
                items.insert(index + 1, half)
            case _:
                other = chance.randrange(len(items))
                if other != index:
                    origins = tuple(dict.fromkeys((*items[index].origins, items[other].id)))
                    words = (*items[index].words, *items[other].words)
                    items[index] = replace(
                        items[index], words=rich_text.tidy(words), origins=origins
                    )
                    items[other] = replace(items[other], left_out=True)
    return placed(items)
