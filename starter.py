#!/usr/bin/env python3
"""The command line of intake services, agency workers, mediators, parties and supervisors."""

import sys

from runtime.memory import collect_rarely

collect_rarely()
try:
    from cli.main import main
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] in ("cli", "domain", "runtime", "texts"):
        raise
    sys.exit(
        f"{missing.name} is not installed for this Python. Set up with `make venv`, then use ./onestop\n"
        f"当前 Python 没有安装 {missing.name}。请先执行 make venv，再使用 ./onestop"
    )

if __name__ == "__main__":
    main(sys.argv[1:])
