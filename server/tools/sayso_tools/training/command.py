"""`sayso-tools train STAGE`: train the bundled models, one stage at a time, or `all` of them in order.

Started again, `tokenizer`, `heads` and `folds` continue after their last checkpoint; the small models are not trained
again once they are done; `mwt`, `lemma` and `sentences` begin again if interrupted. `all` leaves out the stages that it
has done before: the file stages.done in --work names them. `sayso-tools evaluate models` says what the models reach.
Progress goes to standard error, results to --output and --data, all else to --work.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from sayso_tools.training import stages


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="sayso-tools train",
        description=__doc__,
        epilog="stages, in order:\n" + "".join(f"  {name:10} {own.makes}\n" for name, own in stages.STAGES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "stage", choices=[*stages.STAGES, stages.ALL], metavar="STAGE", help="one of those below, or all"
    )
    parser.add_argument("--treebanks", type=Path, default=Path("../shared/treebanks"), help="folder of CoNLL-U files")
    parser.add_argument(
        "--encoder", type=Path, default=Path("build/all-MiniLM-L6-v2"), help="folder of the initial encoder"
    )
    parser.add_argument(
        "--from", type=Path, dest="origin", metavar="FOLDER", help="of the stage heads: continue from these models"
    )
    parser.add_argument(
        "--teachers",
        type=Path,
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="of the stage heads: learn from these models, too",
    )
    parser.add_argument(
        "--texts", type=Path, default=Path("../shared/text"), help="with --teachers: folder of texts without labels"
    )
    parser.add_argument("--names", type=Path, default=Path("../shared/ner"), help="folder of IOB2 files of EWT")
    parser.add_argument("--name-lists", type=Path, default=Path("../shared/names"), help="folder of other IOB2 files")
    parser.add_argument("--annotated", type=Path, default=Path("../shared/benchmarks"), help="folder of PolNeAR files")
    parser.add_argument("--propositions", type=Path, default=Path("../shared/quotes"), help="folder of PropBank files")
    parser.add_argument("--coreference", type=Path, default=Path("../shared/coref"), help="folder of JSON lines")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="checkpoints and intermediate files")
    parser.add_argument("--output", type=Path, default=Path("server/sayso_server/models/en"), help="models folder")
    parser.add_argument(
        "--data", type=Path, default=Path("server/sayso_server/core/data"), help="folder of scorer.json and links.json"
    )
    parser.add_argument("--rounds", type=float, default=7, help="of the stage heads: times it sees the treebanks")
    parser.add_argument("--keep", type=float, default=0.25, help="with --from: share of those weights in the result")
    parser.add_argument("--minutes", type=float, help="of the stage heads: train for so long, instead of --rounds")
    parser.add_argument(
        "--evaluations", type=int, default=7, help="of the stage heads: times the dev parts are measured"
    )
    parser.add_argument(
        "--measured-every", type=int, default=1, help="measure every N-th dev paragraph and document only"
    )
    parser.add_argument("--fold-minutes", type=float, help="of the stage folds: train for so long, not --fold-rounds")
    parser.add_argument("--fold-rounds", type=float, default=2, help="of the stage folds: times it sees its news")
    parser.add_argument(
        "--tokenizer-rounds", type=int, default=24, help="of the stage tokenizer: times it sees the treebanks"
    )
    parser.add_argument(
        "--sentence-rounds", type=int, default=30, help="of the stage sentences: times it sees its places"
    )
    parser.add_argument("--mwt-rounds", type=int, default=8, help="of the stage mwt: times it sees the treebanks")
    parser.add_argument("--lemma-rounds", type=int, default=5, help="of the stage lemma: times it sees its words")
    parser.add_argument("--plain", action="store_true", help="of the stage heads: no other typography, no other case")
    parser.add_argument("--batch-words", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate of the heads")
    parser.add_argument("--encoder-rate", type=float, default=2e-4, help="peak learning rate of the encoder")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        help="use every N-th sentence, paragraph or document only, to try things out; give --work a folder of its own",
    )
    parser.add_argument("--model-version", default="3.0.0", help="what the manifest says, in the stage finish")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(given)


def main(given: Sequence[str]) -> None:
    """Run what was asked for."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stages.run(arguments(given))
