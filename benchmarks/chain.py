"""The whole chain on the demo territory at 1, 4 and 16 km2: seconds per km2 of each step, and peak memory.

Growth must be linear and memory flat. Sizes come from the command's environment: BENCH_SIZES_KM="1 2 4".
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    sizes = [float(text) for text in os.environ.get("BENCH_SIZES_KM", "1 2 4").split()]
    with tempfile.TemporaryDirectory() as scratch:
        for size_km in sizes:
            _measure(Path(scratch) / f"demo-{size_km}", size_km)


def _measure(folder: Path, size_km: float) -> None:
    program = Path(sys.executable).with_name("millesime")
    command = [program, "demo", folder, "--size-km", str(size_km), "--workers", "2", "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # Largest resident size of any process so far: sizes grow, so the last one sets it.
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    seconds: dict[str, float] = {}
    for record in sorted(folder.glob("products/*/*.json")):
        content = json.loads(record.read_text(encoding="utf-8"))
        if "step_version" in content:
            seconds[content["step"]] = seconds.get(content["step"], 0.0) + content["seconds"]
    line = {
        "benchmark": "chain",
        "size_km2": size_km**2,
        "seconds": round(sum(seconds.values()), 1),
        "seconds_per_km2": round(sum(seconds.values()) / size_km**2, 2),
        "peak_mb": round(peak_mb),
        "steps": {name: round(value, 2) for name, value in sorted(seconds.items())},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
