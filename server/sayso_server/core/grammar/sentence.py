"""Parts of a sentence, found by its punctuation."""

from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.tree import Tree, Word


def sentence_before(tree: Tree, phrase: set[int]) -> set[int]:
    """The words before a phrase, back to a semicolon or the start of the sentence, without a leading conjunction."""
    start = end = min(phrase)
    while start > 0 and tree.words[start - 1].text != ";":
        start -= 1
    while start < end and (tree.words[start].upos == "CCONJ" or is_punctuation(tree.words[start])):
        start += 1
    return set(range(start, end))


def is_set_off(tree: Tree, word: Word) -> bool:
    """Whether a comma, a dash or a closing mark precedes the phrase of a word: …, according to Olin."""
    first = min(tree.subtree(word))
    return first > 0 and (tree.words[first - 1].text in {",", "—", "–", "”", '"'} or tree.words[first].text == ",")
