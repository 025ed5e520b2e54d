"""What proving costs for each message: ``python -m bench.proving``."""

import argparse
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from domain.case.identity import Use, sent_message
from domain.direction.messages import Comment
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import Verifier, mint
from tests import builders


def microseconds(work: Callable[[], object], rounds: int) -> float:
    """The mean time of one go."""
    began = time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.perf_counter() - began) / rounds * 1e6


def main(rounds: int) -> None:
    """Print what signing and proving one message take, in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        keys, verifier = Keys.of(settings), Verifier(KeySetFile.of(settings))
        message = Comment(message_id=uuid.uuid4().hex, actor=builders.SUPERVISOR, text="注意")
        body = message.model_dump_json().encode()

        def signed() -> str:
            sent = sent_message("dispute-x", message.name, body)
            return mint(keys, builders.SUPERVISOR, Use.MESSAGE, "dispute-x", datetime.now(UTC), sent)

        token = signed()

        def proved() -> None:
            assert verifier(token, sent_message("dispute-x", message.name, body)).actor

        print(f"signing {microseconds(signed, rounds):.0f} µs, proving {microseconds(proved, rounds):.0f} µs a message")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    main(parser.parse_args().rounds)
