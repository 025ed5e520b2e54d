"""Each bench runs once at its smallest, so that none rots unseen. What they measure is not looked at here."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.settings import ROOT

SMALLEST = {
    "bench": ("--cases", "2", "--at-once", "1", "--rounds", "1", "--alone", "2"),
    "bench.arrears": ("--claimants", "2"),
    "bench.collective": ("3",),
    "bench.console": ("--inquiries", "200", "--times", "2"),
    "bench.flood": ("--signals", "30", "--seconds", "2"),
    "bench.inbox": ("--inquiries", "200", "--times", "2"),
    "bench.proving": ("--rounds", "10"),
    "bench.roster": ("--cases", "20"),
}


LONG = frozenset({"bench", "bench.collective", "bench.console", "bench.flood", "bench.inbox"})
"""These start servers of their own, and run in ``make soak``."""


@pytest.mark.parametrize(
    "bench", [pytest.param(one, marks=[pytest.mark.soak] if one in LONG else []) for one in SMALLEST]
)
def test_a_bench_runs_to_its_end_at_its_smallest(bench: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", bench, *SMALLEST[bench]], cwd=ROOT, capture_output=True, text=True, timeout=230
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.strip()


def test_every_bench_is_run() -> None:
    """But for the floor, which the first of them runs, and chaos, whose short form has a test of its own."""
    modules = {f"bench.{file.stem}" for file in (Path(ROOT) / "bench").glob("*.py") if not file.stem.startswith("_")}
    assert modules - {"bench.bare", "bench.chaos"} == SMALLEST.keys() - {"bench"}
