"""Recognizes speakers that the caller knows: which names in the text are theirs.

    with_known()  the names of a text, with those of one known speaker in one cluster
    _fitting()    the known speakers that a name fits: in steps from precise to loose, the first step with any decides
    _chosen()     the best fits among namesakes; if there are several, they are candidates
    indexed()     the known speakers by all forms of their names

Names are looked up, not compared with all known speakers, so the time is linear in the text and in their number.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.known_names import (
    SHORTEST_ACRONYM,
    Index,
    Key,
    Known,
    folded,
    given_forms,
    indexed,
    spelt,
    without_country,
    without_form,
)
from sayso_server.core.speakers.names.aliases import state_of
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import NameIndex, Occurrence
from sayso_server.core.speakers.names.spelling import (
    is_given_name,
    normal,
    short_for,
    unabbreviated,
)
from sayso_server.core.statement import KnownSpeaker, SpeakerType

_MOST_CANDIDATES = 10
_EXACT = 2
"""Number of first steps in which names match as they are in the text."""


def with_known(names: NameIndex, known: Sequence[KnownSpeaker]) -> NameIndex:
    """The names, with those of one known speaker in one cluster. A name that fits several has them as candidates."""
    if not known:
        return names
    index = indexed(tuple(known))
    found = {cluster: _found(cluster, index) for cluster in names.clusters}
    merged = _merged(names.clusters, {cluster: one for cluster, one in found.items() if one[1]})
    occurrences = tuple(_moved(one, merged) for one in names.occurrences)
    return NameIndex(tuple(dict.fromkeys(merged.values())), occurrences)


def _found(cluster: NameCluster, index: Index) -> tuple[int, list[KnownSpeaker]]:
    """The known speakers that a cluster may be, and the step in which they were found."""
    for step, fitting in enumerate(_fitting(cluster, index)):
        if fitting:
            return step, _chosen(cluster, fitting)
    return 0, []


def _merged(
    clusters: Sequence[NameCluster], found: Mapping[NameCluster, tuple[int, list[KnownSpeaker]]]
) -> dict[NameCluster, NameCluster]:
    """The new cluster of each cluster."""
    owners: dict[KnownSpeaker, list[NameCluster]] = defaultdict(list)
    for cluster, (_, speakers) in found.items():
        if len(speakers) == 1:
            owners[speakers[0]].append(cluster)
    out = {cluster: cluster for cluster in clusters}
    for speaker, own in owners.items():
        joined = _of_one(own, [found[cluster][0] for cluster in own])
        out |= dict.fromkeys(joined, _one_of(speaker, joined))
    for cluster, (_, speakers) in found.items():
        if len(speakers) > 1:
            out[cluster] = replace(cluster, candidates=tuple(speakers[:_MOST_CANDIDATES]))
    return out


def _of_one(clusters: Sequence[NameCluster], steps: Sequence[int]) -> Sequence[NameCluster]:
    """The clusters of one speaker: all that match as they are, else the one that fits best.

    The text keeps short forms apart that are not the same: Albert Kirby and John Kirby.
    """
    exact = [cluster for cluster, step in zip(clusters, steps, strict=True) if step < _EXACT]
    return exact or [clusters[steps.index(min(steps))]]


def _one_of(speaker: KnownSpeaker, clusters: Sequence[NameCluster]) -> NameCluster:
    """The clusters of one known speaker, merged."""
    mentions = sorted((n for cluster in clusters for n in cluster.mentions), key=lambda n: n.span.start)
    return NameCluster(
        mentions=tuple(mentions),
        pronouns=next((cluster.pronouns for cluster in clusters if cluster.pronouns), ""),
        job_titles=tuple(title for cluster in clusters for title in cluster.job_titles),
        known=speaker,
    )


def _moved(one: Occurrence, merged: Mapping[NameCluster, NameCluster]) -> Occurrence:
    """The name in its new cluster. Its rule is `known name` if only the caller's list links it to an earlier name."""
    cluster = merged[one.cluster]
    is_later = one.cluster.mentions[0] is not cluster.mentions[0]
    is_moved = is_later and one.rule in {rules.FULL_NAME, rules.NAME}
    rivals = dict.fromkeys(merged[rival] for rival in one.rivals)
    return one._replace(
        cluster=cluster,
        rule=rules.KNOWN_NAME if is_moved else one.rule,
        rivals=tuple(rival for rival in rivals if rival is not cluster),
    )


def _fitting(cluster: NameCluster, index: Index) -> Iterator[list[Known]]:
    """The known speakers that a cluster fits, in steps."""
    own = folded(spelt(cluster.key) if cluster.is_person else cluster.key)
    yield [one for one in index.get(("name", *own), ()) if _may_be_called(cluster, one)]
    yield [one for key in _other_keys(cluster, own) for one in index.get(("name", *key), ()) if _is_alike(own, one)]
    if cluster.is_person:
        alike = _looked_up(index, given_forms(own) if len(own) > 1 else ())
        yield [one for one in alike if _gender_agrees(cluster, one) and any(_is_short(own, k) for k in one.keys)]
        named = _looked_up(index, [("surname", *own)] if _may_be_surname(cluster, own) else ())
        yield [one for one in named if _gender_agrees(cluster, one)]
    else:
        yield _looked_up(index, [("company", *own), ("company", *without_form(own))])
        yield _looked_up(index, [("without country", *own), ("name", *without_country(own))])
        yield _looked_up(index, [("state", state_of(own)), *_acronyms(cluster, own)])


def _looked_up(index: Index, forms: Sequence[Key]) -> list[Known]:
    return [one for form in forms if len(form) > 1 and form[1] for one in index.get(form, ())]


def _other_keys(cluster: NameCluster, own: Key) -> list[Key]:
    """The names of a cluster except the longest, and the nickname with the surname."""
    keys = {folded(key) for key in cluster.keys} | {(nickname, own[-1]) for nickname in cluster.nicknames}
    return sorted(keys - {own})


def _may_be_called(cluster: NameCluster, one: Known) -> bool:
    """Whether nothing contradicts an identical name: one word may be the name of many."""
    if len(cluster.key) > 1:
        return True
    if cluster.is_place:
        return one.may_be_thing
    if one.may_be_person:
        return _gender_agrees(cluster, one)
    is_surely_person = any(n.title for n in cluster.sample) or is_given_name(cluster.key[0])
    return not (cluster.is_person and is_surely_person)


def _is_alike(own: Key, one: Known) -> bool:
    """Whether the longest name of a cluster is no other full name: a Robert Kirby, also Kirby, is not John Kirby."""
    full = [key for key in one.keys if len(key) > 1]
    return len(own) == 1 or not full or any(_is_part(own, key) or _is_short(own, key) for key in full)


def _is_part(one: Key, other: Key) -> bool:
    """Whether one name is the beginning or the end of the other."""
    short, full = sorted((one, other), key=len)
    return len(short) > 1 and short in (full[: len(short)], full[-len(short) :])


def _is_short(own: Key, full: Key) -> bool:
    """Whether one name may be short for the other: J. Kirby, Jack Kirby, John F. Kirby for John Kirby.

    George W. Bush is not George H. W. Bush.
    """
    if min(len(own), len(full)) < 2 or own[-1] != full[-1] or not short_for(own[0], full[0]):
        return False
    return all(a[0] == b[0] for a, b in zip(own[1:-1], full[1:-1], strict=False))


def _may_be_surname(cluster: NameCluster, own: Key) -> bool:
    """Whether a name may be a surname: Kirby, Ms. James. A given name is one only after a title."""
    is_given = len(own) == 1 and is_given_name(own[0]) and not any(n.title for n in cluster.sample)
    return not (is_given or cluster.is_place)


def _gender_agrees(cluster: NameCluster, one: Known) -> bool:
    """Whether the genders agree: Mrs. Pell is not Owen Pell."""
    return not (cluster.gender and one.gender) or cluster.gender == one.gender


def _acronyms(cluster: NameCluster, own: Key) -> list[Key]:
    """The lookup keys of an acronym: FDA."""
    is_acronym = len(own) == 1 and cluster.display.isupper() and len(own[0]) >= SHORTEST_ACRONYM
    return [("acronym", own[0])] if is_acronym else []


def _chosen(cluster: NameCluster, fitting: Sequence[Known]) -> list[KnownSpeaker]:
    """Of the fitting speakers, those of the type in the text; of these, those whose role the text gives."""
    unique = list(dict.fromkeys(one.speaker for one in fitting))
    of_type = [
        s for s in unique if s.type is SpeakerType.UNKNOWN or (s.type is SpeakerType.PERSON) == cluster.is_person
    ]
    left = of_type or unique
    if len(left) > 1:
        shared = [len(_role_words(speaker.role) & cluster.words) for speaker in left]
        left = [speaker for speaker, count in zip(left, shared, strict=True) if count == max(shared)]
    return left


def _role_words(role: str) -> set[str]:
    words = {unabbreviated(normal(word)) for word in role.replace("-", " ").split()}
    return words - load_words("stop_words", "name_prepositions")
