"""How often a process looks for what nobody holds any more."""

import gc
from typing import Final

_NEW_OBJECTS: Final = 100_000
_ROUNDS: Final = 20, 50


def collect_rarely() -> None:
    """Let the garbage of a long process gather: nearly all of ours goes without a collector.

    Cases, tables and modules are hundreds of thousands of objects that stay. Looking through all of them as often as
    Python does by itself took a third of a worker's time, and made the longest workflow task of a case of five thousand
    workers twice as long (``python -m bench.collective 5000``).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *_ROUNDS)
