"""`python -m tests.fuzz --tries 20000 --seed 1 --database postgresql`: hostile requests and frames.

For the whole app, on one database or the other.
"""

import argparse
import asyncio
import logging
import sys
from contextlib import ExitStack

import structlog

from tests.fuzz.driving import drive
from tests.fuzz.talking import talk
from tests.support.compiled import keep_compiled_templates
from tests.support.postgres import PostgresCluster


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--tries", type=int, default=20_000, help="as many requests, and frames")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    keep_compiled_templates()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ExitStack() as at_the_end:
        cluster = None
        if asked.database == "postgresql":
            cluster = PostgresCluster()
            at_the_end.callback(cluster.close)
        return fuzz(asked.tries, asked.seed, cluster)


def fuzz(tries: int, seed: int, cluster: PostgresCluster | None) -> int:
    """Do it and tell of it; 1 where something was wrong."""
    told = asyncio.run(drive(tries, seed, cluster))
    print(f"{tries} requests, seed {seed}, {told.seconds:.0f} seconds")
    print(f"  {told.inside} of {told.nearly} with one hostile part came past the door")
    for status, times in sorted(told.statuses.items()):
        print(f"  {status or 'could not be sent'}: {times}", flush=True)
    heard = asyncio.run(talk(tries, seed, cluster))
    print(f"{heard.frames} frames on {heard.talks} connections, seed {seed},", end=" ")
    print(f"{heard.seconds:.0f} seconds; {heard.words} words of an honest writer saved")
    for end, times in sorted(heard.ends.items()):
        print(f"  {end}: {times}")
    wrong = told.wrong + heard.wrong
    for line in wrong[:50]:
        print(f"  WRONG {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
