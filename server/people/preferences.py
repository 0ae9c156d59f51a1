"""How a person likes their pages: kept with the person, so that every device shows it the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from server.errors import NotFilledIn

TEXT_SIZES: Final = ("usual", "large", "largest")
COLOURS: Final = ("device", "light", "dark", "cream")
SPEEDS: Final = (0.6, 0.8, 1.0, 1.2, 1.5)
LANGUAGES: Final = ("en-GB",)
_LONGEST_VOICE = 200
# What a form says for those that are no text.
_SAID: Mapping[str, Mapping[str, Any]] = {
    "quiet": {"no": False, "yes": True},
    "speed": {str(speed): speed for speed in SPEEDS},
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose. `voice` is the name of a voice of their device; "" leaves it to it.

    `quiet`: what others do is not read aloud. `speed` is of reading aloud, 1.0 the usual one.
    """

    text_size: str = "usual"
    colours: str = "device"
    quiet: bool = False
    voice: str = ""
    speed: float = 1.0
    language: str = "en-GB"

    @classmethod
    def read(cls, kept: Any) -> "Preferences":
        """The preferences in what a person's row keeps; the usual ones where it makes no sense."""
        if not isinstance(kept, dict):
            return cls()
        usual = cls()
        chosen = {
            field.name: kept[field.name] if _is_valid(field.name, kept.get(field.name)) else default
            for field in fields(cls)
            for default in [getattr(usual, field.name)]
        }
        return cls(**chosen)

    def kept(self) -> dict[str, Any]:
        """What a person's row keeps."""
        return asdict(self)

    def answers(self) -> dict[str, str]:
        """What was chosen, as forms say it, by question. Nobody is asked for the language yet."""
        return {
            "text_size": self.text_size,
            "colours": self.colours,
            "quiet": "yes" if self.quiet else "no",
            "speed": str(float(self.speed)),
            "voice": self.voice,
        }

    def answered(self, question: str, said: str) -> "Preferences":
        """The same with one question answered anew, as its form says it.

        Raises NotFilledIn for what nobody can choose.
        """
        value: Any = _SAID[question].get(said) if question in _SAID else said
        if not _is_valid(question, value):
            raise NotFilledIn("Please choose one of these.")
        return replace(self, **{question: value})


USUAL: Final = Preferences()


def _is_valid(name: str, value: Any) -> bool:
    if name == "quiet":
        return isinstance(value, bool)
    if name == "voice":
        return isinstance(value, str) and len(value) <= _LONGEST_VOICE
    allowed: dict[str, tuple[Any, ...]] = {
        "text_size": TEXT_SIZES,
        "colours": COLOURS,
        "speed": SPEEDS,
        "language": LANGUAGES,
    }
    return not isinstance(value, bool) and value in allowed[name]
