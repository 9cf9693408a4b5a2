"""The process that workers are forked from: the fork server of `multiprocessing` imports this, then what they need.

They start without these imports then, and share their memory. It must have no thread, no model and no gRPC: a fork
copies none of that well. torch makes its threads later, in each worker.
"""

import gc
import os
import signal

from sayso_server.workers.system import TEMPLATE, name_process

# Threads that wait for each other give up their core at once. Where others want the cores too, two threads that
# spin instead hold each other up: measured, they read 30 words in the time in which these read 600. OpenMP reads it
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's, which would make threads as it is imported

name_process(TEMPLATE)
gc.disable()  # `process.main` freezes what was imported, so that its pages stay shared, and collects again
for _name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_name, signal.SIG_IGN)  # the server decides: they reach a whole process group
