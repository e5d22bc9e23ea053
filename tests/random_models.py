"""Check random models: ``python tests/random_models.py --n 500 --seed 7``.

The folder of the same name beside this file is the package that does it.
"""

import sys

from random_models.main import main

if __name__ == "__main__":
    sys.exit(main())
