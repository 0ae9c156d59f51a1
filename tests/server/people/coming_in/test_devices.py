"""Devices are called what people call them."""

import pytest

from server.people.coming_in.devices import device_name

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID_PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Mobile Safari/537.36"
)
ANDROID_TABLET = (
    "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Safari/537.36"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/12.1.2 Mobile/15E148 Safari/604.1"
)
FIRE = (
    "Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Silk/114.2 like Chrome/114 Safari/537.36"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
CHROMEBOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0.0.0"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (IPHONE, "Phone"),
        (ANDROID_PHONE, "Phone"),
        (ANDROID_TABLET, "Tablet"),
        (IPAD, "Tablet"),
        (FIRE, "Tablet"),
        (WINDOWS, "Computer"),
        (MAC, "Computer"),
        (LINUX, "Computer"),
        (CHROMEBOOK, "Computer"),
        ("", "Device"),
        ("curl/8.5.0", "Device"),
        ("\x00<script>", "Device"),
    ],
)
def test_a_device_is_told_in_a_plain_word(said: str, name: str) -> None:
    assert device_name(said) == name


def test_a_very_long_text_is_looked_at_only_in_part() -> None:
    assert device_name("x" * 1_000_000 + "iPhone") == "Device"
