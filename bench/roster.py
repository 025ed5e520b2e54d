"""``python -m bench.roster``: a year of cases shared out among the shipped roster, and how evenly.

What is drawn, classes, skills, weekdays and how long a case lasts, comes from a fixed seed: every run gives the same.
"""

import argparse
import heapq
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from domain.base import Model, Ref
from domain.triage.roster import AssignmentRequest, Load, assign, load_roster

CLASSES: Final = {"general": 40, "policy": 20, "complex": 25, "special": 15}
"""Cases of each class in a hundred: as the shipped roster is manned."""
SKILLS: Final = {
    "general": ("social-insurance", "psychology", "tax"),
    "policy": ("social-insurance", "tax", "law"),
    "complex": ("law", "collective", "social-insurance", "psychology"),
    "special": ("insolvency", "law", "tax"),
}
"""What the prognosis of a class may ask for: up to two of these."""
_FIRST: Final = date(2025, 1, 1)


class Shares(Model):
    """How many cases the mediators of a group had in the year."""

    group: Ref
    mediators: int
    least: int
    mean: float
    most: int
    gini: float


class Year(Model):
    """What the year came to."""

    cases: int
    on_duty: int
    """Cases that somebody on duty that day took."""
    skills_met: float
    """The part of the skills asked for that the mediator had."""
    most_open: int
    """The most cases that anybody had open at once."""
    shares: tuple[Shares, ...]
    seconds: float


def simulate(cases: int, seed: int = 1) -> Year:
    """Share out a year's cases, day by day."""
    drawn, roster = random.Random(seed), load_roster()
    working = [day for n in range(365) if (day := _FIRST + timedelta(days=n)).weekday() < 5]
    taken: Counter[Ref] = Counter()
    loads: dict[Ref, Load] = {}
    running: list[tuple[date, Ref]] = []
    on_duty = asked = met = most_open = 0
    began = time.perf_counter()
    for number, day in enumerate(sorted(drawn.choices(working, k=cases))):
        while running and running[0][0] <= day:
            _, done = heapq.heappop(running)
            loads[done] = loads[done].model_copy(update={"open_cases": loads[done].open_cases - 1})
        [case_class] = drawn.choices(list(CLASSES), list(CLASSES.values()))
        skills = tuple(drawn.sample(SKILLS[case_class], drawn.randint(0, 2)))
        request = AssignmentRequest(case=f"k-{number}", group=f"{case_class}-group", day=day, skills=skills)
        found = assign(roster, request, loads)
        assert found is not None
        who, before = found.mediator, loads.get(found.mediator, Load())
        loads[who] = Load(open_cases=before.open_cases + 1, last_assigned=day)
        heapq.heappush(running, (day + timedelta(days=drawn.randint(7, 90)), who))
        taken[who] += 1
        on_duty += found.widened == "on-duty"
        asked, met = asked + len(skills), met + len(found.skills_met)
        most_open = max(most_open, loads[who].open_cases)
    seconds = time.perf_counter() - began
    groups = {m.id: m.groups[0] for m in roster.mediators}
    return Year(
        cases=cases,
        on_duty=on_duty,
        skills_met=met / asked if asked else 1.0,
        most_open=most_open,
        shares=tuple(
            _shares(name, [taken[m] for m, group in groups.items() if name in (group, "all")])
            for name in (*dict.fromkeys(groups.values()), "all")
        ),
        seconds=seconds,
    )


def _shares(group: Ref, counts: Sequence[int]) -> Shares:
    return Shares(
        group=group,
        mediators=len(counts),
        least=min(counts),
        mean=statistics.mean(counts),
        most=max(counts),
        gini=gini(counts),
    )


def gini(counts: Iterable[int]) -> float:
    """How unevenly something is shared out: 0 when all have the same, towards 1 when one has it all."""
    ranked = sorted(counts)
    if not (total := sum(ranked)):
        return 0.0
    return sum((2 * place - len(ranked) - 1) * count for place, count in enumerate(ranked, 1)) / (len(ranked) * total)


def main() -> None:
    """Print the year."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    year = simulate(given.cases, given.seed)
    print(f"{year.cases:,} cases in {year.seconds:.2f} s; {year.on_duty / year.cases:.1%} by somebody on duty; "
          f"{year.skills_met:.1%} of the skills met; at most {year.most_open} open at once")  # fmt: skip
    print(f"{'group':<16}{'mediators':>10}{'least':>8}{'mean':>8}{'most':>8}{'gini':>8}")
    for s in year.shares:
        print(f"{s.group:<16}{s.mediators:>10}{s.least:>8}{s.mean:>8.1f}{s.most:>8}{s.gini:>8.3f}")


if __name__ == "__main__":
    main()
