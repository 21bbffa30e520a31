"""What the idle plugin costs a plain pytest run: start-up with it installed against ``-p no:fwparity``, interleaved.

Run: ``python benchmarks/startup.py [PAIRS]``. Prints the median ratio over pairs of runs, each pair in both orders.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main(pairs: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_one.py").write_text("def test_one():\n    pass\n")

        def run(*arguments: str) -> float:
            began = time.perf_counter()
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, "test_one.py"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            return time.perf_counter() - began

        run(), run("-p", "no:fwparity")
        ratios, plain = [], []
        for pair in range(pairs):
            if pair % 2:
                without, idle = run("-p", "no:fwparity"), run()
            else:
                idle, without = run(), run("-p", "no:fwparity")
            ratios.append(idle / without)
            plain.append(without)
    ratios.sort()
    low, high = ratios[len(ratios) // 10], ratios[-1 - len(ratios) // 10]
    sys.stdout.write(
        f"idle / without: median {statistics.median(ratios):.3f}, 80 % of {pairs} pairs in {low:.3f} to {high:.3f} "
        f"(a run without it takes {statistics.median(plain) * 1000:.0f} ms here)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
