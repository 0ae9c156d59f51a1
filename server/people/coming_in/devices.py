"""What a device is called in plain words, from what its browser says of itself."""

import re

PHONE = "Phone"
TABLET = "Tablet"
COMPUTER = "Computer"
OTHER = "Device"

# Phones say "Mobile"; tablets with Android do not. A newer iPad says that it is a computer.
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
_PHONE = re.compile(r"iphone|ipod|mobile|windows phone|opera mini", re.IGNORECASE)
_COMPUTER = re.compile(r"windows|macintosh|mac os x|linux|x11|cros", re.IGNORECASE)
_LONGEST = 500


def device_name(user_agent: str) -> str:
    """One of "Phone", "Tablet" and "Computer"; "Device" for a browser that does not tell."""
    said = user_agent[:_LONGEST]
    for name, pattern in ((TABLET, _TABLET), (PHONE, _PHONE), (COMPUTER, _COMPUTER)):
        if pattern.search(said):
            return name
    return OTHER
