"""The real programs that tests use: found on this machine, or brought in when that can be done.

With `CI=true` a missing one fails the tests; elsewhere it is a skip that says its name.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@dataclass(frozen=True)
class Part:
    """A program the tests need: how to find it, and the Debian package that holds it."""

    name: str
    package: str
    find: Callable[[], str | None]

    def path(self) -> str:
        """Where it is. Skips the test (in CI: fails it) when this machine has none."""
        found = self.find()
        if found is None:
            missing(f"{self.name} is not on this machine (Debian package: {self.package})")
        return found


def missing(sentence: str) -> NoReturn:
    """Fail in CI, skip elsewhere, with a sentence that names what is missing."""
    if IN_CI:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


# Chromium without windows, which cost half of the time that a test spends in its browser.
_WINDOWLESS = "chromium-headless-shell"


def find_chromium() -> str | None:
    """Chromium or Chrome from the PATH, else the one that Playwright installed."""
    for name in (_WINDOWLESS, "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright")
    for form in ("chromium_headless_shell-*/*/*headless*shell", "chromium-*/chrome-*/chrome"):
        if installed := sorted(folder.expanduser().glob(form)):
            return str(installed[-1])
    return None


def find_postgres() -> str | None:
    """PostgreSQL's server program: Debian keeps it off the PATH, one folder a version."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4])
    )
    return str(installed[-1]) if installed else shutil.which("postgres")


def find_redis() -> str | None:
    """Redis' server program, or that of its free successor."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


CHROMIUM = Part("Chromium", "chromium", find_chromium)
POSTGRES = Part("PostgreSQL", "postgresql", find_postgres)
REDIS = Part("Redis", "redis-server", find_redis)
STRACE = Part("strace", "strace", lambda: shutil.which("strace"))
PARTS = (CHROMIUM, POSTGRES, REDIS, STRACE)


def bring_in() -> None:
    """Install what is missing: with apt when root on Debian, else Chromium by Playwright."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _bring_in_packages()
    elif CHROMIUM.find() is None:
        print("Installing Chromium with Playwright.", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
        subprocess.run(command, check=False)
    for part in PARTS:
        print(f"{part.name}: {part.find() or 'none, its tests are skipped'}")


def _bring_in_packages() -> None:
    if shutil.which(_WINDOWLESS) and all(part.find() for part in PARTS):
        return
    _apt("update")
    # One by one: a package that this Debian does not have keeps no other out.
    _apt("install", _WINDOWLESS)
    for part in PARTS:
        if part.find() is None:
            _apt("install", part.package)


def _apt(*words: str) -> None:
    print(f"apt-get {' '.join(words)}", flush=True)
    patience = ("-o", "Acquire::http::Timeout=10", "-o", "Acquire::Retries=0")
    command = ["apt-get", "-qq", *patience, *words[:1], "-y", "--no-install-recommends", *words[1:]]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, check=False)
