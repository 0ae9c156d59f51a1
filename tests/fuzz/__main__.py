"""`python -m tests.fuzz --tries 20000 --seed 1`: hostile requests and frames for the whole app."""

import argparse
import asyncio
import logging
import sys

import structlog

from tests.fuzz.driving import drive
from tests.fuzz.talking import talk
from tests.support.compiled import keep_compiled_templates


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--tries", type=int, default=20_000, help="as many requests, and frames")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    keep_compiled_templates()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    told = asyncio.run(drive(asked.tries, asked.seed))
    print(f"{asked.tries} requests, seed {asked.seed}, {told.seconds:.0f} seconds")
    for status, times in sorted(told.statuses.items()):
        print(f"  {status or 'could not be sent'}: {times}")
    heard = asyncio.run(talk(asked.tries, asked.seed))
    print(f"{heard.frames} frames on {heard.talks} connections, seed {asked.seed},", end=" ")
    print(f"{heard.seconds:.0f} seconds; {heard.words} words of an honest writer saved")
    for end, times in sorted(heard.ends.items()):
        print(f"  {end}: {times}")
    wrong = told.wrong + heard.wrong
    for line in wrong[:50]:
        print(f"  WRONG {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
