#!/usr/bin/env python3
"""The command line of intake services, agency workers, mediators, parties and supervisors."""

import sys

from cli.main import main

if __name__ == "__main__":
    main(sys.argv[1:])
