"""Cases read out of replay are the cases that the casebook has: the short form of ``make chaos``."""

from pathlib import Path

from bench import chaos


async def test_cases_whose_workers_are_killed_come_out_of_replay_as_they_were_written(tmp_path: Path) -> None:
    told: list[str] = []
    killed = [chaos.Fault("kill", "worker-centre", after=pause) for pause in (2, 4)]
    report = await chaos.run(cases=3, comments=12, planned=iter(killed), folder=tmp_path, told=told.append)
    assert report.wrong == []
    assert "kill worker-centre" in told
    compared = report.lines["events compared"]
    assert isinstance(compared, int) and compared > 80
