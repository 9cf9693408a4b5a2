"""The bundled models, as the product loads them. Nothing is imported before it is needed."""

from functools import cache

from support.refresh import Loaded


@cache
def load() -> Loaded:
    """A parser on the bundled models in the number format that this processor gets, and how files of trees name it."""
    from sayso_server.parsing.layers import fastest_name
    from sayso_server.parsing.load import load_parser

    parser, model = load_parser()
    origin = f"models {model.version}, {fastest_name()}"
    return Loaded(parser, origin, parser.coreference)
