"""Word files made by hand, as small as they can be: honest ones and hostile ones."""

import io
import zipfile
from collections.abc import Mapping
from html import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>'
    "</w:style>"
    for name in ("Title", "heading 1", "heading 2")
)
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{looks}"/></w:lvl>'
        for level, looks in enumerate(("bullet", "decimal"))
    )
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)

LINK = "https://example.org/"


def run(text: str, *, strong: bool = False) -> str:
    marks = "<w:rPr><w:b/></w:rPr>" if strong else ""
    return f'<w:r>{marks}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def link(text: str) -> str:
    """A link to LINK."""
    return f'<w:hyperlink r:id="rId9">{run(text)}</w:hyperlink>'


def paragraph(*runs: str, style: str = "", level: int | None = None) -> str:
    """A paragraph of runs or of plain words; with a level it is a point of a list."""
    number = (
        f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        if level is not None
        else ""
    )
    looks = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p><w:pPr>{looks}{number}</w:pPr>{inner}</w:p>"


def table(*cells: str) -> str:
    inner = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells)
    return f"<w:tbl><w:tr>{inner}</w:tr></w:tbl>"


def parts(*body: str) -> dict[str, str]:
    """The parts of a Word file, by name."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId9" '
            f'Type="{_OFFICE}/hyperlink" Target="{LINK}" TargetMode="External"/></Relationships>'
        ),
        "word/styles.xml": f"<w:styles {_W}>{_STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {_W}>{_NUMBERING}</w:numbering>",
        "word/document.xml": (
            f"<w:document {_W} {_R}><w:body>{''.join(body)}</w:body></w:document>"
        ),
    }


def packed(found: Mapping[str, str | bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in found.items():
            file.writestr(name, text)
    return whole.getvalue()


def word(*body: str) -> bytes:
    """A Word file of paragraphs and tables."""
    return packed(parts(*body))
