"""A pipeline with the architecture of Stanza's default English package and random weights, as a baseline.

It uses Stanza's own classes at their published sizes: tagger, parser and names read word vectors and two character
language models; each has its own LSTM. The cost of a network does not depend on its weights. Tokenizer, multi-word
tokens and lemmatizer are the bundled ones, since random ones would produce different words; they are faster than
Stanza's, the tokenizer by less than one hundredth of this pipeline's time. Where random weights would cost more than
trained ones, the minimum is used: the parser decodes the scores of a chain, in which Chu-Liu/Edmonds has nothing to
repair, and its repair of two subjects of one verb is off.
"""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import stanza
import torch
from stanza.models import ner_tagger, parser, tagger
from stanza.models.common.char_model import CharacterLanguageModel
from stanza.models.common.pretrain import Pretrain, PretrainedWordVocab
from stanza.models.common.vocab import CharVocab, CompositeVocab
from stanza.models.depparse import model as depparse_model
from stanza.models.depparse.data import Dataset as TreesData
from stanza.models.depparse.trainer import GraphTrainer
from stanza.models.ner.trainer import Trainer as NamesTrainer
from stanza.models.ner.vocab import MultiVocab as NamesVocab
from stanza.models.pos.data import Dataset as TagsData
from stanza.models.pos.trainer import Trainer as TaggerTrainer
from stanza.models.pos.vocab import WordVocab

from sayso_server.parsing.processors import VARIANT
from sayso_server.parsing.tokenizer import is_own_tokenizer

VECTORS = 100
"""Width of the word vectors."""

CHARACTER_MODEL = {
    "char_emb_dim": 100,
    "char_hidden_dim": 1024,
    "char_num_layers": 1,
    "char_dropout": 0.05,
    "char_unit_dropout": 1e-5,
    "char_rec_dropout": 0.0,
}

NAME_TYPES = 18
"""Name types in OntoNotes, the training data of Stanza's English names."""


def build(models: Path, sample: Any, folder: Path) -> Any:
    """A `stanza.Pipeline` whose random models are written to `folder`.

    `models` is a folder of bundled models; `sample` is a document annotated by them, the source of the vocabularies of
    words and labels.
    """
    logging.getLogger("stanza").setLevel(logging.ERROR)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        files = _write_foundations(sample, folder)
        _write_tagger(sample, folder, files)
        _write_parser(sample, folder, files)
        _write_names(folder, files)
    settings: dict[str, Any] = {}
    for name in ("tokenize", "mwt", "lemma"):
        settings[f"{name}_model_path"] = str(models / f"{name}.pt")
    settings[f"tokenize_with_{VARIANT}"] = is_own_tokenizer(models / "tokenize.pt")
    for name in ("pos", "depparse", "ner"):
        settings[f"{name}_model_path"] = str(folder / f"{name}.pt")
        settings |= {f"{name}_{key}": path for key, path in _paths(files).items()}
    settings["depparse_resolve_head_constraints"] = False
    (folder / "resources.json").write_text("{}\n", encoding="utf-8")
    return stanza.Pipeline(
        lang="en",
        dir=str(folder),
        processors="tokenize,mwt,pos,lemma,depparse,ner",
        package=None,
        download_method=None,
        allow_unknown_language=True,
        use_gpu=False,
        verbose=False,
        logging_level="ERROR",
        **settings,
    )


@contextlib.contextmanager
def trees_at_once() -> Iterator[None]:
    """Give Chu-Liu/Edmonds scores whose best heads form a tree, as is nearly always the case for a trained parser."""
    whole = depparse_model.chuliu_edmonds_one_root

    def of_chain(scores: np.ndarray) -> Any:
        chain = np.full_like(scores, -100.0)
        chain[np.arange(1, len(scores)), np.arange(len(scores) - 1)] = 0.0
        return whole(chain)

    with mock.patch.object(depparse_model, "chuliu_edmonds_one_root", of_chain):
        yield


def _write_foundations(sample: Any, folder: Path) -> dict[str, str]:
    """Word vectors and character language models, by the names of Stanza's arguments."""
    words = sorted({word.text.lower() for sentence in sample.sentences for word in sentence.words})
    vectors = Pretrain()
    vectors._vocab = PretrainedWordVocab(words)
    vectors._emb = torch.randn(len(vectors._vocab), VECTORS)
    files = {"wordvec_pretrain_file": str(folder / "vectors.pt")}
    vectors.save(files["wordvec_pretrain_file"])
    characters = {"char": CharVocab([sorted(set(sample.text) | {"\n", " "})])}
    for direction in ("forward", "backward"):
        language_model = CharacterLanguageModel(CHARACTER_MODEL, characters, is_forward_lm=direction == "forward")
        files[f"charlm_{direction}_file"] = str(folder / f"{direction}.pt")
        language_model.save(files[f"charlm_{direction}_file"])
    return files


def _paths(files: dict[str, str]) -> dict[str, str]:
    return {
        "pretrain_path": files["wordvec_pretrain_file"],
        "forward_charlm_path": files["charlm_forward_file"],
        "backward_charlm_path": files["charlm_backward_file"],
    }


def _settings(module: Any, folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """The default settings of a Stanza model in Stanza's own training, with the charlm."""
    options = [part for name, path in files.items() for part in (f"--{name}", path)]
    settings: dict[str, Any] = module.parse_args(
        ["--charlm", "--shorthand", "en_random", "--save_dir", str(folder), "--cpu", *options]
    )
    return settings


def _write_tagger(sample: Any, folder: Path, files: dict[str, str]) -> None:
    settings = _settings(tagger, folder, files)
    vectors = Pretrain(files["wordvec_pretrain_file"])
    vocab = TagsData.init_vocab([sample], settings)
    TaggerTrainer(args=settings, vocab=vocab, pretrain=vectors, device="cpu").save(str(folder / "pos.pt"))


def _write_parser(sample: Any, folder: Path, files: dict[str, str]) -> None:
    settings = _settings(parser, folder, files)
    vectors = Pretrain(files["wordvec_pretrain_file"])
    vocab = TreesData(sample, settings, vectors).vocab
    GraphTrainer(args=settings, vocab=vocab, pretrain=vectors, device="cpu").save(str(folder / "depparse.pt"))


def _write_names(folder: Path, files: dict[str, str]) -> None:
    settings = _settings(ner_tagger, folder, files)
    vectors = Pretrain(files["wordvec_pretrain_file"])
    tags = ["O", *(f"{place}-T{i}" for i in range(NAME_TYPES) for place in "BIES")]
    characters = torch.load(files["charlm_forward_file"], weights_only=True)["vocab"]
    vocab = NamesVocab(
        {
            "char": CharVocab.load_state_dict(characters),
            "delta": WordVocab([[(word,) for word in vectors.vocab]], "en_random", lower=True),
            "word": vectors.vocab,
            "tag": CompositeVocab([[[(tag,)] for tag in tags]], "en_random", idx=0, sep=None),
        }
    )
    NamesTrainer(args=settings, vocab=vocab, pretrain=vectors, device="cpu").save(str(folder / "ner.pt"))
