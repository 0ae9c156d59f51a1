"""`python -m tests.bench [options]`: install the peers that are missing, then measure.

The options are those of bench.ts (see README.md here).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    subprocess.run(["bash", str(HERE / "install_peers.sh")], check=True)
    node = shutil.which("node")
    if node is None:
        sys.exit("The benchmark needs Node 22.18 or newer: run `make setup`.")
    os.execv(node, [node, str(HERE / "bench.ts"), *sys.argv[1:]])  # noqa: S606 - our own


if __name__ == "__main__":
    main()
