"""One thread of torch per worker: the workers share the cores, and tiny pictures lose to teams."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported by any test
