"""Cases read out of replay are the cases that the casebook has: the short form of ``make chaos``."""

from pathlib import Path

import pytest

from bench import chaos


@pytest.mark.timeout(300)
async def test_cases_whose_workers_are_killed_come_out_of_replay_as_they_were_written(tmp_path: Path) -> None:
    told: list[str] = []
    report = await chaos.run(
        cases=5,
        comments=16,
        planned=chaos.faults(20, servers_too=False, seed=7),
        folder=tmp_path,
        told=told.append,
    )
    assert report.wrong == []
    assert any("kill worker-centre" in line for line in told)
    compared = report.lines["events compared"]
    assert isinstance(compared, int) and compared > 150
