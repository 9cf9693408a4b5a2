"""`sayso-tools train STAGE`: train the bundled models, one stage at a time, or `all` of them in order.

When restarted, `tokenizer`, `heads` and `folds` continue after their last checkpoint; finished small models are not
trained again; `mwt`, `lemma` and `sentences` start again if interrupted. `all` skips the stages that it has already
done, which the file stages.done in --work names. `sayso-tools evaluate models` measures the accuracy.
Progress goes to standard error, results to --output and --data, everything else to --work.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from sayso_tools.training import stages


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The parsed command line."""
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
        "--from", type=Path, dest="origin", metavar="FOLDER", help="stage heads: continue from these models"
    )
    parser.add_argument(
        "--teachers",
        type=Path,
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="stage heads: learn from these models, too",
    )
    parser.add_argument(
        "--texts", type=Path, default=Path("../shared/text"), help="with --teachers: folder of texts without labels"
    )
    parser.add_argument("--names", type=Path, default=Path("../shared/ner"), help="folder of the IOB2 files of EWT")
    parser.add_argument("--name-lists", type=Path, default=Path("../shared/names"), help="folder of other IOB2 files")
    parser.add_argument("--annotated", type=Path, default=Path("../shared/benchmarks"), help="folder of PolNeAR files")
    parser.add_argument("--propositions", type=Path, default=Path("../shared/quotes"), help="folder of PropBank files")
    parser.add_argument("--coreference", type=Path, default=Path("../shared/coref"), help="folder of JSON lines")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="checkpoints and intermediate files")
    parser.add_argument("--output", type=Path, default=Path("server/sayso_server/models/en"), help="models folder")
    parser.add_argument(
        "--data", type=Path, default=Path("server/sayso_server/core/data"), help="folder of scorer.json and links.json"
    )
    parser.add_argument("--rounds", type=float, default=7, help="stage heads: passes over the treebanks")
    parser.add_argument("--keep", type=float, default=0.25, help="with --from: share of the old weights in the result")
    parser.add_argument("--minutes", type=float, help="stage heads: training time in minutes, instead of --rounds")
    parser.add_argument(
        "--evaluations", type=int, default=7, help="stage heads: number of evaluations on the dev parts"
    )
    parser.add_argument(
        "--measured-every", type=int, default=1, help="measure only every N-th dev paragraph and document"
    )
    parser.add_argument(
        "--fold-minutes", type=float, help="stage folds: training time in minutes, instead of --fold-rounds"
    )
    parser.add_argument("--fold-rounds", type=float, default=2, help="stage folds: passes over its news")
    parser.add_argument("--tokenizer-rounds", type=int, default=24, help="stage tokenizer: passes over the treebanks")
    parser.add_argument("--sentence-rounds", type=int, default=30, help="stage sentences: passes over its examples")
    parser.add_argument("--mwt-rounds", type=int, default=8, help="stage mwt: passes over the treebanks")
    parser.add_argument("--lemma-rounds", type=int, default=5, help="stage lemma: passes over its words")
    parser.add_argument("--plain", action="store_true", help="stage heads: do not vary typography and case")
    parser.add_argument("--batch-words", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate of the heads")
    parser.add_argument("--encoder-rate", type=float, default=2e-4, help="peak learning rate of the encoder")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        help="use only every N-th sentence, paragraph or document, for experiments; use a separate --work folder",
    )
    parser.add_argument("--model-version", default="3.0.0", help="stage finish: the version in the manifest")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(given)


def main(given: Sequence[str]) -> None:
    """Run the requested stages."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stages.run(arguments(given))
