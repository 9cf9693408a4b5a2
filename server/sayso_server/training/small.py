"""The small models: tokenizer, multi-word tokens, lemmas. Each is trained by Stanza's own trainer."""

import argparse
import logging
import random
from collections import Counter
from pathlib import Path

import torch
from stanza.models import lemmatizer, mwt_expander, tokenizer
from stanza.models.tokenization.data import DataLoader
from stanza.models.tokenization.trainer import Trainer
from stanza.models.tokenization.utils import load_mwt_dict
from stanza.utils.conll import CoNLL
from stanza.utils.datasets.contract_mwt import contract_mwt

from sayso_server.parsing.conllu import to_document
from sayso_server.training import data, raw

log = logging.getLogger(__name__)
COPIES = 3
"""How often one word counts for the lemmatizer: enough to tell its common lemma from a rare one."""


def treebank_files(options: argparse.Namespace, split: str) -> list[Path]:
    """The files of one split."""
    return [options.treebanks / f"{name}-{split}.conllu" for name in data.TREEBANKS]


def joined(options: argparse.Namespace, split: str) -> Path:
    """One CoNLL-U file of all treebanks, simplified."""
    path = Path(options.work) / f"{split}.conllu"
    document = to_document(data.load(options.treebanks, split)[:: options.every])
    CoNLL.write_doc2conll(document, str(path))
    return path


def shrink(path: Path, output: Path) -> None:
    """Copy a Stanza model file, its floating-point numbers in half precision."""

    def half(value: object) -> object:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return value.half()
        if isinstance(value, dict):
            return type(value)((k, half(v)) for k, v in value.items())
        return value

    torch.save(half(torch.load(path, weights_only=True)), output)


def train_tokenizer(options: argparse.Namespace) -> None:
    """Tokens and sentences, from characters."""
    work: Path = options.work
    for split, rng in (("train", random.Random(options.seed)), ("dev", None)):
        raw.write(treebank_files(options, split), work / f"{split}.txt", work / f"{split}.labels", rng=rng)
        raw.write_expansions(treebank_files(options, split), work / f"{split}-mwt.json")
    steps = str(options.steps)
    tokenizer.main([
        "--txt_file", str(work / "train.txt"), "--label_file", str(work / "train.labels"),
        "--dev_txt_file", str(work / "dev.txt"), "--dev_label_file", str(work / "dev.labels"),
        "--mwt_json_file", str(work / "train-mwt.json"), "--lang", "en", "--shorthand", "en_sayso",
        "--max_seqlen", "300", "--steps", steps, "--eval_steps", "1000", "--report_steps", "200",
        "--max_steps_before_stop", "6000", "--unit_dropout", "0.1", "--dropout", "0.2", "--anneal_after", "1000",
        "--anneal", "0.9", "--save_dir", str(work), "--save_name", "tokenize.pt", "--seed", str(options.seed), "--cpu",
    ])  # fmt: skip


def go_on_with_tokenizer(options: argparse.Namespace, steps: int, rate: float = 5e-4) -> None:
    """Train the tokenizer in --work for more steps, on text made anew; for changes that do not deserve a new start.

    Stanza's own `--load_name` calls its trainer without two arguments that it needs, and would count characters anew.
    """
    work: Path = options.work
    trainer = Trainer(model_file=str(work / "tokenize.pt"), device="cpu")
    raw.write(
        treebank_files(options, "train"), work / "more.txt", work / "more.labels", rng=random.Random(options.seed + 1)
    )
    raw.write_expansions(treebank_files(options, "train"), work / "train-mwt.json")
    expansions = {form: words[0] for form, words in load_mwt_dict(str(work / "train-mwt.json")).items()}
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    files = {"txt": str(work / "more.txt"), "label": str(work / "more.labels")}
    batches = DataLoader(trainer.args, input_files=files, vocab=trainer.vocab, mwt_expansions=expansions)
    for step in range(1, steps + 1):
        trainer.change_lr(rate * (1 - step / steps))
        loss = trainer.update(batches.next(unit_dropout=0.1))
        if step % 100 == 0:
            log.info("tokenizer step %d/%d: %.4f", step, steps, loss)
    trainer.save(str(work / "tokenize.pt"))


def train_mwt(options: argparse.Namespace) -> None:
    """What the tokenizer marks as several words in one: don't, gonna, Israel's."""
    work: Path = options.work
    train, dev = joined(options, "train"), joined(options, "dev")
    contract_mwt(str(dev), str(work / "dev-mwt.conllu"))
    mwt_expander.main([
        "--train_file", str(train), "--eval_file", str(work / "dev-mwt.conllu"), "--gold_file", str(dev),
        "--lang", "en", "--shorthand", "en_sayso", "--num_epoch", "8", "--hidden_dim", "40", "--emb_dim", "24",
        "--force_exact_pieces", "--augment_apos", "0.3", "--save_dir", str(work), "--save_name", "mwt.pt",
        "--seed", str(options.seed), "--cpu",
    ])  # fmt: skip


def vocabulary(options: argparse.Namespace, split: str) -> Path:
    """A CoNLL-U file with each (form, tag, lemma) at most `COPIES` times: the lemmatizer sees single words only."""
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for rows in data.load(options.treebanks, split):
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
    """A dictionary of the training words, and a small network for the others."""
    work: Path = options.work
    lemmatizer.main([
        "--train_file", str(vocabulary(options, "train")), "--eval_file", str(joined(options, "dev")),
        "--shorthand", "en_sayso", "--num_epoch", "5", "--hidden_dim", "80", "--emb_dim", "32", "--pos_dim", "32",
        "--batch_size", "100", "--save_dir", str(work), "--save_name", "lemma.pt", "--seed", str(options.seed), "--cpu",
    ])  # fmt: skip


STAGES = {"tokenizer": train_tokenizer, "mwt": train_mwt, "lemma": train_lemma}
FILES = {"tokenizer": "tokenize.pt", "mwt": "mwt.pt", "lemma": "lemma.pt"}


def run(options: argparse.Namespace) -> None:
    """Train a small model, unless --work says that this was done before, and put it into the models folder."""
    done = Path(options.work) / f"{options.stage}.done"
    if options.stage == "tokenizer" and options.more_steps:
        go_on_with_tokenizer(options, options.more_steps)
    elif not done.exists():
        STAGES[options.stage](options)
        done.touch()
    shrink(options.work / FILES[options.stage], options.output / FILES[options.stage])
