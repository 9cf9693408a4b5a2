"""The speaker's next act, or the manner of speaking: not part of the content, although parsers attach it there."""

from sayso_server.core.grammar.circumstance import is_time
from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.lexicon import load_words
from sayso_server.core.tree import Tree, Word


def holds_next_act(tree: Tree, cue: Word, complement: Word) -> bool:
    """Whether such a branch was cut off, so that the content certainly ends before it."""
    return any(is_next_act(tree, cue, complement, tree.words[i]) for i in tree.subtree(complement))


def is_next_act(tree: Tree, cue: Word, complement: Word, word: Word) -> bool:
    """Whether a branch of a content certainly tells what the speaker did, not said.

    said it failed, and drove off; said Pell lied and jailed him; … before leaving the hall; … as she left; …, her voice
    breaking; said he has the votes, even as others voiced doubts; said it will last, a day after Pell sold it
    """
    if not cue.index < complement.index < word.index or cue.xpos not in {"VBD", "VBZ"}:
        return False
    if word.relation == "conj":
        is_alike = word.xpos in {"VB", "VBP"} and complement.xpos == cue.xpos  # cut: present and past look alike
        is_past = word.xpos in {cue.xpos, "VBN"} or is_alike  # fined him: parsers take either
        is_bare = is_past and not tree.children(word, "nsubj", "expl", "aux", "cop", "mark")
        return is_bare and _joins_the_cue(tree, cue, complement, word)
    is_adverbial = word.relation in {"advcl", "parataxis", "obl"}
    return is_adverbial and (
        _is_leaving(tree, word)
        or _is_gesture(tree, word)
        or _is_meanwhile(tree, cue, complement, word)
        or _is_occasion(tree, cue, word)
    )


def _joins_the_cue(tree: Tree, cue: Word, complement: Word, verb: Word) -> bool:
    """Whether a conjunct is the speaker's act: leaving, after a comma; a verdict; a firm's act on its figures."""
    conjunction = tree.child(verb, "cc")
    if conjunction is None or conjunction.lower != "and" or len(tree.children(complement, "conj")) > 1:
        return False
    if (
        verb.xpos == cue.xpos
        and tree.words[conjunction.index - 1].text == ","
        and verb.lemma.lower() in load_words("departures")
    ):
        return True
    speaker, own = tree.child(cue, "nsubj"), tree.child(complement, "nsubj")
    if speaker is None or own is None:
        return False
    thing = tree.child(verb, "obj", "iobj")
    is_court = speaker.lemma.lower() in load_words("courts") and _is_verdict(verb)
    if is_court and thing is not None and thing.upos == "PRON" and tree.child(complement, "obj") is None:
        return True  # him is Gale, who cannot have jailed himself
    owner = tree.child(thing, "nmod:poss") if thing is not None else None
    is_own = owner is not None and owner.lower in {"its", "their"}
    return is_own and own.lemma.lower() in load_words("figures")


def _is_verdict(verb: Word) -> bool:
    lemma = verb.lemma.lower()  # some are not lemmatized: fined
    return bool({lemma, lemma.removesuffix("d"), lemma.removesuffix("ed")} & load_words("verdicts"))


def _is_leaving(tree: Tree, word: Word) -> bool:
    """Whether a clause tells that the speaker left: before leaving the hall, as she left."""
    mark = tree.child(word, "mark", "case", "advmod")
    if mark is None or word.lemma.lower() not in load_words("departures"):
        return False
    own = tree.child(word, "nsubj")
    is_pronoun = own is not None and own.lower in {"he", "she"}
    return (mark.lower == "before" and word.xpos == "VBG") or (mark.lower == "as" and is_pronoun)


def _is_gesture(tree: Tree, word: Word) -> bool:
    """Whether a clause describes a gesture: …, her voice breaking."""
    own = tree.child(word, "nsubj")
    first = tree.words[min((i for i in tree.subtree(word) if not is_punctuation(tree.words[i])), default=word.index)]
    is_set_off = first.index > 0 and tree.words[first.index - 1].text == ","
    return is_set_off and own is not None and own.lemma.lower() in load_words("gestures") and first.xpos == "PRP$"


def _is_meanwhile(tree: Tree, cue: Word, complement: Word, word: Word) -> bool:
    """Whether "even as" opens a clause in the tense of the cue, not of the content: …, even as others voiced doubts."""
    mark, even = tree.child(word, "mark"), tree.child(word, "advmod")
    if mark is None or even is None or (even.lower, mark.lower) != ("even", "as") or word.xpos != cue.xpos:
        return False
    finite = next(iter(tree.children(complement, "aux", "cop")), complement)
    return even.index > 0 and tree.words[even.index - 1].text == "," and finite.xpos != cue.xpos


def _is_occasion(tree: Tree, cue: Word, word: Word) -> bool:
    """Whether a phrase tells when it was said: …, a day after Pell sold it. The day or the verb may be the head."""
    following = tree.words[word.index + 1 : word.index + 2]
    mark = tree.child(word, "mark") or next(iter(following), None)
    verb = tree.head(mark) if mark is not None and mark.lower in {"after", "before"} else None
    if mark is None or verb is None or verb.xpos != cue.xpos or mark.index == 0:
        return False
    noun = tree.words[mark.index - 1]
    first = min([noun.index, *(c.index for c in tree.children(noun, "det", "nummod", "amod", "advmod"))])
    return is_time(tree, noun) and first > 0 and tree.words[first - 1].text == ","
