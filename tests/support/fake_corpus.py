"""`sayso-server corpus` around the fake engine: `python -m support.fake_corpus corpus INPUT OUTPUT`."""

import importlib

from sayso_server.main import main
from support.engine import MODEL, load_deadly

if __name__ == "__main__":
    command = importlib.import_module("sayso_server.commands.corpus")
    command.identified = lambda model: (model, MODEL.digest)  # type: ignore[attr-defined]
    command.loader = lambda model, threads, device: load_deadly  # type: ignore[attr-defined]
    main()
