"""`python -m playground`: the command."""

import sys

from playground.command import main

sys.exit(main(sys.argv[1:]))
