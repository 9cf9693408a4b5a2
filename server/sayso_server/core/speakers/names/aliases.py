"""Which names belong together: a surname after the full name, an acronym after the organization, a misspelling."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.link_rules import LinkRule
from sayso_server.core.speakers.names.clusters import ClusterBuilder, NameCluster
from sayso_server.core.speakers.names.mentions import OF_KIN, NameMention
from sayso_server.core.speakers.names.spelling import countries, nearly, normal, short_for, unabbreviated

_SHORTEST_MISSPELT_SURNAME = 5
"""Minimum number of letters in a lone surname that may be one letter off: Solburg and Solberg."""


def _title_agrees(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a title agrees with the gender: Mrs Pell is not Owen Pell."""
    if not name.title:
        return True
    gender, titles = cluster.gender, {normal(t) for t in name.title}
    return not ((titles & load_words("female") and gender == "m") or (titles & load_words("male") and gender == "f"))


def _same_name(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is one of the cluster's: Halina Moss again."""
    return name.key in cluster.keys and _title_agrees(name, cluster)


def _short_form(name: NameMention, cluster: NameCluster) -> bool:
    """Whether the given names differ only in form: Bill Pell and William Pell, H. Moss and Halina Moss."""
    key, full = name.key, cluster.key
    both = len(full) > 1 and cluster.is_person
    return both and key[-1] == full[-1] and (short_for(key[0], full[0]) or key[0] in cluster.nicknames)


def _surname(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is the surname of a person: Moss, Ms. Moss and Halina Moss; Van Dyke and Ellis Van Dyke."""
    key, full = name.key, cluster.key
    shorter = len(key) < len(full) and full[-len(key) :] == key
    return shorter and cluster.is_person and _title_agrees(name, cluster)


def _inner_surname(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is the first of two surnames: Rosselló and Ricardo Rosselló Nevares."""
    key, full = name.key, cluster.key
    is_inner = len(full) > 2 and key[0] in full[1:-1] and len(key[0]) > 2
    return is_inner and cluster.is_person and _title_agrees(name, cluster)


def _initials(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a label has the initials of a person: NG: before the words of Natasha Gownaris."""
    if not cluster.is_person or len(cluster.key) == 1:
        return False
    return _letters(name.display).lower() == "".join(w[0] for w in cluster.key)


def _given_name(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is the given name of a person: Odalys and Odalys Penn, Kerry-Anne and Kerry-Anne Pell."""
    key, full = name.key, cluster.key
    is_given = len(full) > len(key) and (key == full[: len(key)] or key[0] in cluster.nicknames)
    if not (is_given and cluster.is_person):
        return False
    return {unabbreviated(t) for w in name.title if (t := normal(w))} <= cluster.words


def _is_one_word(name: NameMention) -> bool:
    """Odalys, Kerry-Anne."""
    return len(name.key) == 1 or not any(c.isspace() for c in name.display)


def _acronym(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is the acronym of a longer one: SCG and Save the Common Green."""
    if cluster.is_person:
        return False
    word = _letters(name.display)
    return len(word) > 1 and word.lower() in initials_of(cluster.key)


def _letters(acronym: str) -> str:
    """The acronym without stops: USA for U.S.A."""
    return re.sub(r"[.&]", "", acronym)


def initials_of(key: tuple[str, ...]) -> set[str]:
    """The initials of a name, also without "and", and without Company: SCG."""
    large = [w for w in key if w not in load_words("left_out_of_acronyms")]
    short = [w for w in large if w not in load_words("company_words")]
    return {"".join(w[0] for w in words) for words in (key, large, short)} - {""}


def _same_state(name: NameMention, cluster: NameCluster) -> bool:
    """Whether two names differ only in the name of the state: US, U.S. and United States.

    Also UK Supreme Court and Supreme Court of the United Kingdom.
    """
    state, own = _state_in(name.key)
    other, full = _state_in(cluster.key)
    if state != other or not state:
        return False
    short, long = sorted((own, full), key=len)
    return short == long or (bool(short) and long[: len(short) + 1] == (*short, "of"))  # U.S. House of Representatives


@lru_cache(maxsize=4096)
def _state_in(key: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The state in a name, at its beginning or after "of", and the other words; empty if there is none."""
    for size in range(len(key), 0, -1):
        if state := state_of(key[:size]):
            return state, key[size:]
    of = key.index("of") if "of" in key else len(key)
    return state_of(tuple(word for word in key[of + 1 :] if word != "the")), key[:of]


def state_of(key: tuple[str, ...]) -> str:
    """The state that has this name; empty if none."""
    return _states().get("_".join(key).replace(".", ""), "")


@cache
def _states() -> dict[str, str]:
    """The states by their names."""
    return {name: state for state, names in load_table("states").items() for name in names}


def _company(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is short for a thing's: Harrowmere and Harrowmere Foods; the League and the Rural League."""
    return not cluster.is_person and any(_is_short_for(name.key, full) for full in cluster.keys)


def _is_short_for(key: tuple[str, ...], full: tuple[str, ...]) -> bool:
    if not len(key) < len(full):
        return False
    if full[0] in load_words("thing_openings") and full[-len(key) :] == key:
        return True  # Helena and Hurricane Helena
    rest = set(full[len(key) :])
    if full[: len(key)] == key:
        return rest <= load_words("company_words") | countries().keys() | {"&"} or full[len(key)] == "of"
    if len(key) == 1 and key[0] in load_words("organizations"):  # the Department: the Carrow Department of Health
        return any(pair == (key[0], "of") for pair in itertools.pairwise(full)) or full[-1] == key[0]
    return full[-len(key) :] == key and key[-1] in load_words("organizations", "thing_words")


def _misspelt(name: NameMention, cluster: NameCluster) -> bool:
    """Whether a name is one letter off: Solburg and Anneke Solberg."""
    key, full = name.key, cluster.key
    if len(key) == 1 < len(full):
        is_near = cluster.is_person and nearly(key[0], full[-1], least=_SHORTEST_MISSPELT_SURNAME)
        return is_near and _title_agrees(name, cluster) and not name.is_place
    if len(key) != len(full) or not all(nearly(a, b) for a, b in zip(key, full, strict=True)):
        return False
    return _title_agrees(name, cluster) if cluster.is_person else len(key) > 1


class Alias(NamedTuple):
    """A test of whether a name belongs to a cluster. `asks` tests the name alone, to save comparisons."""

    rule: LinkRule
    fits: Callable[[NameMention, NameCluster], bool]
    asks: Callable[[NameMention], bool] = lambda name: True


ALIASES: tuple[Alias, ...] = (
    Alias(rules.SAME_NAME, _same_name),
    Alias(rules.SHORT_FORM, _short_form, lambda name: len(name.key) > 1),
    Alias(rules.SURNAME, _surname, lambda name: not name.is_place),
    Alias(rules.INNER_SURNAME, _inner_surname, lambda name: len(name.key) == 1 and not name.is_place),
    Alias(rules.GIVEN_NAME, _given_name, lambda name: _is_one_word(name) and not name.is_place),
    Alias(rules.INITIALS, _initials, lambda name: name.is_label),
    Alias(rules.ACRONYM, _acronym, lambda name: len(name.key) == 1 and name.display.isupper()),
    Alias(rules.SAME_STATE, _same_state, lambda name: bool(_state_in(name.key)[0])),
    Alias(rules.COMPANY, _company, lambda name: not name.is_place and not name.title),
    Alias(rules.MISSPELT, _misspelt),
)
"""From precise to loose: a name goes to the clusters of the first rule that fits any."""


class Placement(NamedTuple):
    """A name, its cluster, the rule that put it there, and other clusters that it may belong to."""

    mention: NameMention
    cluster: ClusterBuilder
    rule: LinkRule
    rivals: tuple[ClusterBuilder, ...] = ()


def place(mentions: Sequence[NameMention]) -> list[Placement]:
    """Puts every name into a cluster. Full names open clusters, wherever in the text they are.

    A surname that two people share goes to the one named last before it.
    """
    placed: list[Placement] = []
    index: dict[str, list[ClusterBuilder]] = {}
    for mention in sorted(mentions, key=lambda n: (-min(2, len(n.key)), n.span.start)):
        if not mention.key:
            continue
        rule, fitting = _fitting(mention, _looked_up(mention, index))
        if rule is not None:
            first, *rivals = sorted(
                fitting, key=lambda c: (_is_named_in_full(c), c.named_before(mention.span.start)), reverse=True
            )
            first.add(mention)
            placed.append(Placement(mention, first, rule, tuple(rivals)))
        else:
            opened = ClusterBuilder([mention])
            for i in _indexes(mention):
                index.setdefault(i, []).append(opened)
            placed.append(Placement(mention, opened, rules.FULL_NAME if len(mention.key) > 1 else rules.NAME))
    return _with_other_names(sorted(placed, key=lambda p: (p.mention.span.start, p.mention.span.end)))


def _is_named_in_full(cluster: ClusterBuilder) -> bool:
    """Whether the text itself gives the surname: not that of her husband, Peter."""
    return not all(any(feature == OF_KIN for feature, _ in n.evidence) for n in cluster.mentions)


def _with_other_names(placed: Sequence[Placement]) -> list[Placement]:
    """Moves the names that the text introduces as other names of a person or thing to the cluster of that entity."""
    owners = {one.mention.span.start: one.cluster for one in placed}
    joined: dict[ClusterBuilder, ClusterBuilder] = {}
    bynames: set[ClusterBuilder] = set()
    for one in placed:
        owner = owners.get(one.mention.other_name_of)
        owner = joined.get(owner, owner) if owner is not None else None
        is_own = len(one.mention.key) == max(
            map(len, one.cluster.so_far.keys)
        )  # not Marsh of Owen Marsh in "Carla Dunn, née Marsh"
        if owner is not None and owner is not one.cluster and one.cluster not in joined and is_own:
            joined[one.cluster] = owner
            bynames |= {one.cluster} if one.mention.is_byname else set()
    if not joined:
        return list(placed)
    out: list[Placement] = []
    for one in placed:
        cluster, mention = joined.get(one.cluster, one.cluster), one.mention
        if cluster is not one.cluster:
            mention = replace(mention, is_byname=one.cluster in bynames)
            cluster.add(mention)
        rule = one.rule if cluster is one.cluster else rules.OTHER_NAME
        rivals = dict.fromkeys(joined.get(rival, rival) for rival in one.rivals)
        out.append(Placement(mention, cluster, rule, tuple(rival for rival in rivals if rival is not cluster)))
    return out


def _fitting(mention: NameMention, options: Sequence[ClusterBuilder]) -> tuple[LinkRule | None, list[ClusterBuilder]]:
    """The first rule that fits any clusters, and these clusters."""
    seen = [(cluster, cluster.so_far) for cluster in options]
    for alias in ALIASES if options else ():
        fitting = [cluster for cluster, so_far in seen if alias.fits(mention, so_far)] if alias.asks(mention) else []
        if fitting:
            return alias.rule, fitting
    return None, []


def _indexes(name: NameMention, *without: str) -> set[str]:
    """The index keys of a name: its words, its initials, its state, and words that are one letter off.

    Words of the lists `without` count only if there are no others.
    """
    small = load_words("left_out_of_acronyms", "company_words", *without)
    words = [word for word in name.key if word not in small] or name.key  # else every Ltd meets every other
    initials = {f"{letters}|" for letters in initials_of(name.key)}
    nearby = {f"{less}~" for word in words for less in _one_less(word)}
    state, _ = _state_in(name.key)
    return {*words, *initials, *nearby, *([f"{state}="] if state else []), *([name.nickname] if name.nickname else [])}


def _one_less(word: str) -> Iterator[str]:
    """The word, and all words with one letter less after the first: words one letter off share one of these."""
    if len(word) >= _SHORTEST_MISSPELT_SURNAME:
        yield word
        yield from (word[:i] + word[i + 1 :] for i in range(1, len(word)))


def _looked_up(mention: NameMention, index: dict[str, list[ClusterBuilder]]) -> Sequence[ClusterBuilder]:
    """The clusters that a name may belong to, each once. Words like Council are skipped: too many names have them."""
    by_words = sorted(i for i in _indexes(mention, "organizations", "thing_words") if not i.endswith("|"))
    own = (*by_words, f"{_letters(mention.key[0])}|")
    return list(dict.fromkeys(found for i in own for found in index.get(i, ())))
