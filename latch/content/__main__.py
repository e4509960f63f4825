"""`python -m latch.content check` is `latch check`."""

import sys

from latch.content.check import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["check"] else sys.argv[1:]))
