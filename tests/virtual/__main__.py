"""`python -m tests.virtual SEED DAYS`: one life, its report as one line of JSON."""

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.virtual.simulation import simulate

with tempfile.TemporaryDirectory() as folder:
    life = simulate(int(sys.argv[1]), Path(folder), days=float(sys.argv[2]))
# asdict makes a Counter anew from its pairs, and so counts them.
report = asdict(life) | {"faults": dict(life.faults)}
report["processor_seconds"] = round(sum(os.times()[:2]), 1)
sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
