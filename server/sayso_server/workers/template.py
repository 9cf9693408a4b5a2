"""The process that workers are forked from: the fork server of `multiprocessing` imports this, then their modules.

So workers start without these imports, and share their memory. This process must have no threads, no model and no gRPC,
which do not survive a fork. torch creates its threads later, in each worker.
"""

import gc
import os
import signal

from sayso_server.workers.system import TEMPLATE, name_process

# Waiting threads yield their core at once. When other processes use the cores too, two spinning threads block each
# other: in a measurement, they read 30 words in the time in which yielding threads read 600. OpenMP reads this variable
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's OpenBLAS would create threads on import

name_process(TEMPLATE)
gc.disable()  # `process.main` freezes the imported objects, so that their pages stay shared, and re-enables it
for _name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_name, signal.SIG_IGN)  # the server handles these signals, which reach the whole process group
