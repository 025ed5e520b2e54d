"""How often a process looks for what nobody holds any more."""

import gc
from typing import Final

_NEW_OBJECTS: Final = 100_000
_ROUNDS: Final = 20, 50


def collect_rarely() -> None:
    """Let garbage gather: nearly all of ours goes without a collector. The first thing that a program does.

    Cases, tables and modules are hundreds of thousands of objects that stay. Looking through all of them as often as
    Python does by itself took a third of a worker's time, made the longest workflow task of a case of five thousand
    workers twice as long (``python -m bench.collective 5000``), and is a fifth of the time that the console takes to
    load.
    """
    gc.set_threshold(_NEW_OBJECTS, *_ROUNDS)


def keep_what_is_loaded() -> None:
    """What a long process has loaded by now stays to its end: no later look passes over it."""
    gc.collect()
    gc.freeze()
