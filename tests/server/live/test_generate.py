"""The page's copy of shared numbers and words is written by the server's code."""

from server.errors import CloseCode
from server.live.generate import generated
from server.settings import bundled


def test_the_pages_copy_is_current() -> None:
    """Run `python -m server.live.generate` when this fails."""
    assert bundled("client", "wire", "generated.ts").read_text(encoding="utf-8") == generated()


def test_every_close_code_has_its_sentence() -> None:
    text = generated()
    for code in CloseCode:
        assert f"  {code.name}: {int(code)}," in text
        assert f'  {code.name}: "' in text
