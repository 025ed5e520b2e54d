"""Cases read out of replay are the cases that the casebook has: the short form of ``make chaos``."""

from pathlib import Path

from bench import chaos

VICTIMS = ("worker-centre", "temporal", "postgres", "worker-centre")


async def test_cases_whose_workers_and_servers_are_killed_lose_nothing_and_come_out_of_replay_as_they_were_written(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    planned = iter(chaos.Fault("kill", victim, after=1.5) for victim in VICTIMS)
    report = await chaos.run(cases=3, comments=12, planned=planned, folder=tmp_path, told=told.append)
    assert report.wrong == []
    assert told == [*(f"kill {victim}" for victim in VICTIMS), "all cases are closed"]
    compared, restarts = report.lines["events compared"], report.lines["restarts"]
    assert isinstance(compared, int) and compared > 80
    assert isinstance(restarts, int) and restarts >= len(VICTIMS)
