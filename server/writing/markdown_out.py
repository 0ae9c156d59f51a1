"""A Charter as a Markdown file: readable in any viewer, and `markdown_in` reads back the same.

The comments carry the truth (ids, pictures, what was left out); the "Statement 4" lines and the
bold labels under `<!-- meaning -->` and `<!-- why -->` are for people and ignored on the way in:

    ---
    title: Our Charter
    language: en-GB
    ---

    # Our Charter

    ## My home
    <!-- heading id=h7hd82kq -->

    ### Statement 1
    <!-- statement id=k2m4p7aa picture=house -->

    I choose who I live with.

    <!-- meaning -->
    **What it means**

    We meet first.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from server.writing import rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import Paragraph, RichText, Run


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says to people who read it in a viewer."""

    statement: str
    left_out: str
    meaning: str
    why: str


LABELS: Mapping[str, Labels] = {
    "en": Labels("Statement", "left out", "What it means", "Why"),
    "cy": Labels("Datganiad", "wedi'i adael allan", "Beth mae'n ei olygu", "Pam"),
}

_SPECIAL = re.compile(r"[\\`*\[\]<~]|_|&(?=[#A-Za-z]|$)|!(?=$)")
_LIST_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# What YAML reads as the same text without quotes: most titles and sentences.
_UNQUOTED = re.compile(r"[A-Za-z](?:[^\x00-\x1f:#]|:(?=\S)|(?<! )#)*")
_NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def markdown(
    charter: Charter,
    facts: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
) -> str:
    """The file of a valid Charter, in UTF-8 once encoded, with `\\n` at each line's end.

    `facts` are said on top of the file, and `marks` in the comment of the item with that id, for
    those who read more from a file than a Charter (`edition_files`).
    """
    labels = LABELS.get(charter.language.partition("-")[0].lower(), LABELS["en"])
    numbers = charter.numbers
    parts = [_front_matter(charter, facts or {}), f"# {_heading_text(_escaped(charter.title))}"]
    if charter.summary:
        parts.append(_line((Run(charter.summary),)))
    for item in charter.items:
        parts.extend(_item(item, numbers, labels, (marks or {}).get(item.id)))
    return "\n\n".join(parts) + "\n"


def _front_matter(charter: Charter, facts: Mapping[str, str]) -> str:
    values = {"title": charter.title, "language": charter.language, "summary": charter.summary}
    lines = [f"{key}: {_value(value)}" for key, value in (values | dict(facts)).items() if value]
    return "\n".join(["---", *lines, "---"])


def _value(text: str) -> str:
    if _UNQUOTED.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)


def _item(
    item: Item, numbers: Mapping[str, int], labels: Labels, mark: str | None
) -> Iterator[str]:
    suffix = f" ({labels.left_out})" if item.left_out else ""
    if item.kind is Kind.HEADING:
        words = "".join(_inline(p.runs) for p in rich_text.paragraphs(item.words))
        yield f"## {_heading_text(words + suffix)}\n{_marker(item, mark)}"
    else:
        yield f"### {labels.statement} {numbers[item.id]}{suffix}\n{_marker(item, mark)}"
        yield from _blocks(item.words)
    if item.meaning:
        yield f"<!-- meaning -->\n**{labels.meaning}**"
        yield from _blocks(item.meaning)
    if item.why:
        yield f"<!-- why -->\n**{labels.why}**"
        yield from _blocks(item.why)


def _marker(item: Item, mark: str | None) -> str:
    facts = [str(item.kind), f"id={item.id}"]
    if item.picture is not None:
        facts.append(f"picture={item.picture}")
    if item.left_out:
        facts.append("left-out")
    if item.origins:
        facts.append(f"origins={','.join(item.origins)}")
    if mark is not None:
        facts.append(mark)
    return f"<!-- {' '.join(facts)} -->"


def _blocks(rich: RichText) -> Iterator[str]:
    for block in rich:
        if isinstance(block, Paragraph):
            yield _line(block.runs)
        else:
            yield "\n".join(f"- {_line(item.runs)}" for item in block.items)


def _line(runs: tuple[Run, ...]) -> str:
    """A paragraph on one line, with what would begin a list, a heading or a quote escaped."""
    line = _inline(runs)
    if line[0] in "-+#>":
        return "\\" + line
    return _LIST_NUMBER.sub(r"\1\\\2", line, count=1) if _LIST_NUMBER.match(line) else line


def _heading_text(line: str) -> str:
    """A heading's text: Markdown would take `#` at its end for decoration."""
    return f"{line[:-1]}\\#" if line.endswith("#") else line


def _inline(runs: tuple[Run, ...]) -> str:
    groups = [(strong, list(group)) for strong, group in groupby(runs, key=lambda run: run.strong)]
    line = ""
    for index, (strong, group) in enumerate(groups):
        text = "".join(_linked(run) for run in group)
        if not strong:
            line += text
            continue
        following = groups[index + 1][1][0].text[:1] if index + 1 < len(groups) else ""
        stars = _opens(text[0], line[-1:]) and _opens(text[-1], following)
        line += f"**{text}**" if stars else f"<strong>{text}</strong>"
    return line


def _opens(inside: str, outside: str) -> bool:
    """Whether `**` between these two counts as the edge of strong words.

    CommonMark asks that it stands against a word; against punctuation only where white space or
    nothing is on its other side. Where it would not count, `<strong>` says the same.
    """
    return inside.isalnum() or (not inside.isspace() and (not outside or outside.isspace()))


def _linked(run: Run) -> str:
    text = _escaped(run.text)
    if run.link is None:
        return text
    return f"[{text}](<{run.link.replace('&', '&amp;')}>)"


def _escaped(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        start, end = match.span()
        within_a_word = text[max(start - 1, 0) : start].isalnum() and text[end : end + 1].isalnum()
        if match[0] == "_" and within_a_word:
            return "_"
        return "\\" + match[0]

    return _SPECIAL.sub(escape, text)
