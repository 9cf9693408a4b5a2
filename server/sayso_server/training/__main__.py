"""`python -m sayso_server.training STAGE`: train the bundled models, one stage at a time.

Stages, in order: `tokenizer`, `mwt`, `lemma`, `heads` (the encoder and all heads on it, the longest), `finish`
(manifest with digests), and, once the models are there, `folds` (taggers of roles that do not know a part of the
annotated news) and `scorer` (what speaks for a statement, weighed on what those taggers see). `sayso-server
evaluate-models` says what the models reach. Started again, `tokenizer`, `heads` and `folds` go on after their last
checkpoint; the small models are not trained again once they are done, and `mwt` and `lemma` again if interrupted.
Progress goes to standard error, results to --output, all else to --work.
"""

import argparse
import logging
from pathlib import Path

from sayso_server.parsing.files import write_index, write_manifest


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sayso_server.training", description=__doc__)
    parser.add_argument("stage", choices=["tokenizer", "mwt", "lemma", "heads", "finish", "folds", "scorer"])
    parser.add_argument("--treebanks", type=Path, default=Path("../shared/treebanks"), help="folder of CoNLL-U files")
    parser.add_argument(
        "--encoder", type=Path, default=Path("build/all-MiniLM-L6-v2"), help="folder of the initial encoder"
    )
    parser.add_argument(
        "--from", type=Path, dest="origin", metavar="FOLDER", help="of the stage heads: go on from these models"
    )
    parser.add_argument("--names", type=Path, default=Path("../shared/ner"), help="folder of IOB2 files of EWT")
    parser.add_argument("--name-lists", type=Path, default=Path("../shared/names"), help="folder of other IOB2 files")
    parser.add_argument("--annotated", type=Path, default=Path("../shared/benchmarks"), help="folder of PolNeAR files")
    parser.add_argument("--propositions", type=Path, default=Path("../shared/quotes"), help="folder of PropBank files")
    parser.add_argument("--coreference", type=Path, default=Path("../shared/coref"), help="folder of JSON lines")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="checkpoints and intermediate files")
    parser.add_argument("--output", type=Path, default=Path("server/sayso_server/models/en"), help="models folder")
    parser.add_argument("--rounds", type=float, default=7, help="of the stage heads: times it sees the treebanks")
    parser.add_argument("--keep", type=float, default=0.25, help="with --from: share of those weights in the result")
    parser.add_argument("--minutes", type=float, help="of the stage heads: train for so long, instead of --rounds")
    parser.add_argument(
        "--evaluations", type=int, default=7, help="of the stage heads: times the dev parts are measured"
    )
    parser.add_argument(
        "--measured-every", type=int, default=1, help="measure every N-th dev paragraph and document only"
    )
    parser.add_argument("--fold", type=int, help="of the stage folds: only this one")
    parser.add_argument("--fold-rounds", type=float, default=2, help="of the stage folds: times each sees its news")
    parser.add_argument(
        "--tokenizer-rounds", type=int, default=24, help="of the stage tokenizer: times it sees the treebanks"
    )
    parser.add_argument("--plain", action="store_true", help="of the stage heads: no other typography, no other case")
    parser.add_argument("--batch-words", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate of the heads")
    parser.add_argument("--encoder-rate", type=float, default=2e-4, help="peak learning rate of the encoder")
    parser.add_argument("--every", type=int, default=1, help="use every N-th sentence only, to try things out")
    parser.add_argument("--model-version", default="2.0.0", help="what the manifest says, in the stage finish")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run one stage."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    options.output.mkdir(parents=True, exist_ok=True)
    write_index(options.output)
    if options.stage == "heads":
        from sayso_server.training import heads

        heads.train(options)
    elif options.stage == "finish":
        manifest = write_manifest(options.output, options.model_version)
        logging.info("version %s, digest %s", manifest.version, manifest.digest)
    elif options.stage == "folds":
        from sayso_server.training import folds

        folds.run(options)
    elif options.stage == "scorer":
        from sayso_server.training import scorer

        scorer.run(options)
    else:
        from sayso_server.training import small

        small.run(options)


if __name__ == "__main__":
    main()
