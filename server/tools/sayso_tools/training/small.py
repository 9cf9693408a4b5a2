"""The small models: tokenizer, multi-word tokens, lemmas. The last two are trained by Stanza's own trainers."""

import argparse
from collections import Counter
from pathlib import Path

import torch
from stanza.models import lemmatizer, mwt_expander
from stanza.utils.conll import CoNLL
from stanza.utils.datasets.contract_mwt import contract_mwt

from sayso_tools.formats.conllu import to_document
from sayso_tools.training import data, tokenizer

COPIES = 3
"""Maximum copies of a word for the lemmatizer: enough to distinguish its common lemma from a rare one."""


def joined(options: argparse.Namespace, split: str) -> Path:
    """One CoNLL-U file of all treebanks, simplified."""
    path = Path(options.work) / f"{split}.conllu"
    document = to_document(data.load(options.treebanks, split)[:: options.every])
    CoNLL.write_doc2conll(document, str(path))
    return path


def shrink(path: Path, output: Path) -> None:
    """Copy a Stanza model file with floating-point numbers in half precision."""

    def half(value: object) -> object:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return value.half()
        if isinstance(value, dict):
            return type(value)((k, half(v)) for k, v in value.items())
        return value

    torch.save(half(torch.load(path, weights_only=True)), output)


def train_mwt(options: argparse.Namespace) -> None:
    """Train the model for multi-word tokens: don't, gonna, Israel's."""
    work: Path = options.work
    train, dev = joined(options, "train"), joined(options, "dev")
    contract_mwt(str(dev), str(work / "dev-mwt.conllu"))
    mwt_expander.main([
        "--train_file", str(train), "--eval_file", str(work / "dev-mwt.conllu"), "--gold_file", str(dev),
        "--lang", "en", "--shorthand", "en_sayso", "--num_epoch", str(options.mwt_rounds),
        "--hidden_dim", "40", "--emb_dim", "24", "--force_exact_pieces", "--augment_apos", "0.3",
        "--save_dir", str(work), "--save_name", "mwt.pt", "--seed", str(options.seed), "--cpu",
    ])  # fmt: skip


def vocabulary(options: argparse.Namespace, split: str) -> Path:
    """A CoNLL-U file with each (form, tag, lemma) at most `COPIES` times: the lemmatizer sees single words only."""
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for rows in data.load(options.treebanks, split)[:: options.every]:
        for row in rows:
            key = (row[1], row[3], row[2])
            seen[key] += 1
            if "-" not in row[0] and seen[key] <= COPIES:
                kept.append(row)
    sentences = [kept[i : i + 20] for i in range(0, len(kept), 20)]
    lines = [
        "\n".join(
            "\t".join([str(k + 1), *row[1:6], "1" if k else "0", "dep" if k else "root", "_", "_"])
            for k, row in enumerate(part)
        )
        for part in sentences
    ]
    path = Path(options.work) / f"{split}-vocabulary.conllu"
    path.write_text("\n\n".join(lines) + "\n\n", encoding="utf-8")
    return path


def train_lemma(options: argparse.Namespace) -> None:
    """Train the lemmatizer: a dictionary of the training words, and a small network for the others."""
    work: Path = options.work
    lemmatizer.main([
        "--train_file", str(vocabulary(options, "train")), "--eval_file", str(joined(options, "dev")),
        "--shorthand", "en_sayso", "--num_epoch", str(options.lemma_rounds),
        "--hidden_dim", "80", "--emb_dim", "32", "--pos_dim", "32", "--batch_size", "100",
        "--save_dir", str(work), "--save_name", "lemma.pt", "--seed", str(options.seed), "--cpu",
    ])  # fmt: skip


STAGES = {"tokenizer": tokenizer.train, "mwt": train_mwt, "lemma": train_lemma}
FILES = {"tokenizer": "tokenize.pt", "mwt": "mwt.pt", "lemma": "lemma.pt"}


def run(options: argparse.Namespace) -> None:
    """Train a small model, unless it is already in --work, and copy it to the models folder."""
    done = Path(options.work) / f"{options.stage}.done"
    if not done.exists():
        STAGES[options.stage](options)
        done.touch()
    shrink(options.work / FILES[options.stage], options.output / FILES[options.stage])
