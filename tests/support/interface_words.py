"""Every text that our pages show, taken out of the code that holds it.

Templates: the words between the tags, the attributes that are read out, and the strings handed to
macros. Python: whole sentences that are not docstrings. TypeScript: the strings of `words.ts`
files, and whole sentences in the others. What a page fills in (a name, a number) stands as "Ben".
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

FILLED_IN = "Ben"
LINE_END = "\u2028"
READ_OUT = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title", "content"})
INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "mark", "span", "strong", "time"})
SILENT = frozenset({"script", "style", "svg"})
# A new line in the words: what stands on both sides is never read as one sentence.
BREAKS = frozenset({"block", "endblock", "macro", "endmacro", "else", "elif", "call", "endcall"})

# Said to those who run a server, in a terminal or a graph, and never on a page.
NOT_PAGES = (
    "server/__main__.py",
    "server/commands.py",
    "server/doctor.py",
    "server/examples.py",
    "server/logs.py",
    "server/metrics.py",
    "server/serving.py",
    "server/settings.py",
    "server/migrations/",
    "server/store/",
    "server/web/assets.py",
    "client/dist/",
    "client/pictures/build.ts",
    "client/pictures/vite-plugin.ts",
    "client/vite.config.ts",
)

_SENTENCE = re.compile("[A-Z“].*\\s.*[.!?…]")
_TEXT = re.compile("[A-Z“]")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*|^import[^;]*;", re.DOTALL | re.MULTILINE)
_FILLED = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")


def of_template(source: str) -> list[str]:
    """The texts of one Jinja template."""
    page, handed_over = "", []
    inside: list[str] | None = None
    first = ""
    for _, kind, value in Environment(autoescape=True).lex(source):
        if kind == "data":
            page += value
        elif kind in {"variable_begin", "block_begin"}:
            inside, first = [], ""
        elif kind == "name" and not first:
            first = value
        elif kind == "string" and inside is not None:
            text = str(ast.literal_eval(value))
            if _TEXT.match(text):
                inside.append(text)
        elif kind == "variable_end" and inside is not None:
            page += "" if inside or page[-1:].isalpha() else FILLED_IN
            handed_over += inside
        elif kind == "block_end" and inside is not None:
            page += LINE_END if first in BREAKS else ""
            handed_over += inside
    reader = _Page()
    reader.feed(page)
    reader.close()
    return [*reader.lines(), *handed_over]


def of_python(source: str) -> Iterator[str]:
    """The sentences in Python code, docstrings apart; f-strings with what they fill in."""
    tree = ast.parse(source)
    apart = {id(statement.value) for statement in ast.walk(tree) if isinstance(statement, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in apart:
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            apart |= {id(part) for part in node.values}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else FILLED_IN
                for part in node.values
            )
        if _SENTENCE.fullmatch(text):
            yield text


def of_typescript(source: str, *, only_sentences: bool) -> Iterator[str]:
    """The strings of TypeScript code, or only those that are whole sentences."""
    for quoted, templated in _STRING.findall(_COMMENT.sub("", source)):
        text = _FILLED.sub(FILLED_IN, quoted or templated).replace("\\n", "\n")
        if _SENTENCE.fullmatch(text) if only_sentences else re.search("[A-Za-z]{2}", text):
            yield text


def of_program(root: Path) -> Iterator[tuple[str, str]]:
    """(file, text) for every text of the pages."""
    for path in sorted([*(root / "server").rglob("*.py"), *(root / "client").rglob("*.*")]):
        name = path.relative_to(root).as_posix()
        if name.startswith(NOT_PAGES):
            continue
        for text in _of_file(path):
            yield name, text


def _of_file(path: Path) -> Iterator[str]:
    if path.suffix == ".html":
        yield from of_template(path.read_text("utf-8"))
    elif path.suffix == ".py":
        yield from of_python(path.read_text("utf-8"))
    elif path.suffix == ".ts":
        only_sentences = path.name != "words.ts"
        yield from of_typescript(path.read_text("utf-8"), only_sentences=only_sentences)


class _Page(HTMLParser):
    """Gathers the words of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._words = ""
        self._read_out: list[str] = []
        self._silent = 0

    def lines(self) -> list[str]:
        found = (" ".join(line.split()) for line in self._words.split("\n"))
        return [line for line in [*found, *self._read_out] if re.search("[A-Za-z]{2}", line)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if tag not in INLINE:
            self._words += "\n"
        if tag != "meta":
            self._read_out += [v for name, v in attrs if v and name in READ_OUT]

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        if tag not in INLINE:
            self._words += "\n"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # A line end in a template is a space; only blocks end a line.
            self._words += data.replace("\n", " ").replace(LINE_END, "\n")
