"""The initial encoder: all-MiniLM-L6-v2, checked by digest, without word pieces of other scripts."""

import hashlib
import json
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from sayso_server.parsing.encoder import SHAPES
from sayso_server.parsing.errors import ModelError

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The digest of `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def check(folder: Path) -> None:
    """Raise ModelError unless `folder` has the expected weights."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{weights} is missing: name the folder of sentence-transformers/all-MiniLM-L6-v2")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if digest != SHA256:
        raise ModelError(f"{weights} has SHA-256 {digest}, not {SHA256}")


def is_kept(piece: str) -> bool:
    """Whether English text may need this word piece: Latin letters, punctuation and symbols."""
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        return piece in SPECIAL
    return all(ord(c) < 0x250 or 0x300 <= ord(c) < 0x370 or 0x2000 <= ord(c) < 0x2C00 for c in piece.removeprefix("##"))


def load_initial(source: Path, work: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The pruned encoder and tokenizer, ready for training.

    Dropout in attention is off, since it disables the fused kernel. Token types encode the capitalization of a word;
    all start as copies of the only type that the original uses.
    """
    check(source)
    tokenizer_json = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    old = tokenizer_json["model"]["vocab"]
    kept = sorted((piece for piece in old if is_kept(piece)), key=old.__getitem__)
    tokenizer_json["model"]["vocab"] = {piece: i for i, piece in enumerate(kept)}
    for token in tokenizer_json["added_tokens"]:
        token["id"] = kept.index(token["content"])
    for entry in (tokenizer_json.get("post_processor") or {}).get("special_tokens", {}).values():
        entry["ids"] = [kept.index(token) for token in entry["tokens"]]
    processor = tokenizer_json.get("post_processor") or {}
    for end in ("sep", "cls"):
        if end in processor:
            processor[end][1] = kept.index(processor[end][0])
    tokenizer_json["padding"] = tokenizer_json["truncation"] = None
    folder = work / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer_json, ensure_ascii=False), encoding="utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")

    config = AutoConfig.from_pretrained(source, local_files_only=True)
    config.attention_probs_dropout_prob = 0.0
    bert = AutoModel.from_pretrained(source, config=config, local_files_only=True, add_pooling_layer=False)
    rows = torch.tensor([old[piece] for piece in kept])
    table = bert.embeddings.word_embeddings.weight.data[rows].clone()
    bert.resize_token_embeddings(len(kept))
    bert.embeddings.word_embeddings.weight.data.copy_(table)
    written = bert.embeddings.token_type_embeddings.weight.data[:1].repeat(SHAPES, 1)
    bert.embeddings.token_type_embeddings = torch.nn.Embedding.from_pretrained(written, freeze=False)  # type: ignore[no-untyped-call]
    bert.config.type_vocab_size = SHAPES
    (folder / "config.json").write_text(config.to_json_string(), encoding="utf-8")
    return bert, AutoTokenizer.from_pretrained(folder, local_files_only=True)
