"""What worker processes are forked from: a process that has imported torch and Stanza, and done nothing with them.

The fork server of `multiprocessing` imports this module once. Workers then start without these imports, and share their
memory. It has no thread, no model and no gRPC, so that a fork is safe; torch makes its threads later, in each worker.
"""

import gc
import os
import signal

# Threads that wait for each other give up their core at once. Where others want the cores too, two threads that
# spin instead hold each other up: measured, they read 30 words in the time in which these read 600. OpenMP reads it
# once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from sayso_server.parsing import stanza_parser

__all__ = ["stanza_parser"]

for _name in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_name, signal.SIG_IGN)  # the server decides: they reach a whole process group
gc.collect()
gc.freeze()  # collections in the workers leave these objects alone, so that their pages stay shared
