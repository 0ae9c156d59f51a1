"""`python -m tests.bench [options]`: measure comparing, install missing peers, measure.

The options are those of bench.ts (see README.md here); `--comparing` measures comparing alone. With
options of bench.ts, only what those ask for is measured.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


# Modules that measure comparing, each run as a program of its own.
COMPARING = ("tests.bench.words", "tests.bench.places")


def main() -> None:
    asked = sys.argv[1:]
    if asked in ([], ["--quick"], ["--comparing"]):
        for module in COMPARING:
            subprocess.run([sys.executable, "-m", module], check=True)
    if asked == ["--comparing"]:
        return
    subprocess.run(["bash", str(HERE / "install_peers.sh")], check=True)
    node = shutil.which("node")
    if node is None:
        sys.exit("The benchmark needs Node 22.18 or newer: run `make setup`.")
    os.execv(node, [node, str(HERE / "bench.ts"), *sys.argv[1:]])  # noqa: S606 - our own


if __name__ == "__main__":
    main()
