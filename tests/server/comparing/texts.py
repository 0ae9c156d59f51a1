"""Short ways of writing texts and changes in these tests.

`text("I **may** see [it](https://x.org).\\n- a bullet")` is rich text: each line is a paragraph or
a bullet. `shown(changes)` is what a reader sees, a line for each block: `[-taken out-]`,
`{+put in+}`, `*style*`, `<link>`, `~typography~`. A line begins with `-` if its paragraph is only
in the old text, `+` where only in the new, `~` where it became a bullet or was one; then with `* `
where it is a bullet.
"""

import re
from collections.abc import Iterator

from server.comparing.spans import Block, Changes, SpanKind
from server.writing import rich_text
from server.writing.rich_text import BulletList, Paragraph, RichText, Run

_MARKS = {
    SpanKind.SAME: ("", ""),
    SpanKind.TAKEN_OUT: ("[-", "-]"),
    SpanKind.PUT_IN: ("{+", "+}"),
    SpanKind.STYLE: ("*", "*"),
    SpanKind.LINK: ("<", ">"),
    SpanKind.TYPOGRAPHY: ("~", "~"),
}
_MARKED = re.compile(r"\*\*(.+?)\*\*|\[(.+?)\]\((\S+?)\)")


def text(written: str) -> RichText:
    blocks = []
    for line in written.split("\n"):
        paragraph = Paragraph(tuple(_runs(line.removeprefix("- "))))
        blocks.append(BulletList((paragraph,)) if line.startswith("- ") else paragraph)
    return rich_text.tidy(blocks)


def shown(changes: Changes) -> str:
    return "\n".join(_line(block) for block in changes.blocks)


def _line(block: Block) -> str:
    only = "-" if block.new is None else "+" if block.old is None else ""
    if block.reshaped:
        only = "~"
    found = []
    for span in block.spans:
        before, after = _MARKS[span.kind]
        found.append(f"{before}{span.new_text or span.old_text}{after}")
    return only + ("* " if block.bullet else "") + "".join(found)


def _runs(line: str) -> Iterator[Run]:
    place = 0
    for match in _MARKED.finditer(line):
        yield Run(line[place : match.start()])
        strong, words, link = match.groups()
        yield Run(strong or words, strong is not None, link)
        place = match.end()
    yield Run(line[place:])
