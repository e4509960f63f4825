"""`python -m latch` is `latch`."""

import sys

from latch.cli import main

if __name__ == "__main__":
    sys.exit(main())
