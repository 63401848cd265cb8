"""What could stand where somebody is typing a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from tunnel_monitor.flows.filter.keys import ANY_ADDRESS, KEY, KEYS, Key, MeasureKey
from tunnel_monitor.flows.filter.parse import CONDITION, SIGNS, Token, tokens

MOST = 20
AMOUNTS = ("1k", "10k", "100k", "1M", "10M", "100M", "1G", "10G")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on.

    Args:
        text: what to write.
        about: what that is, for people; may be empty.
    """

    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Completion:
    """Ways to go on.

    Args:
        start: where in the filter what is to be replaced begins, in characters.
        length: how long that is; 0 where nothing is written yet.
        choices: the likeliest first.
    """

    start: int
    length: int
    choices: tuple[Choice, ...]


# A key -> values that are of use now, the likeliest first.
Known: TypeAlias = Callable[[Key], Iterable[Choice]]


def complete(text: str, cursor: int, known: Known) -> Completion:
    """Ways to go on with the word at the cursor, by what stands before it.

    Args:
        text: a filter, right or not yet.
        cursor: between two of its characters: 0 is before the first.
        known: values to offer.
    """
    word = _word_at(text, cursor)
    written = word.text[: cursor - word.start]
    found = CONDITION.fullmatch(written)
    key = KEY.get(found["key"].lower()) if found else None
    if found is None or key is None:
        choices = [*_keys(written), *(_beginning(written, known(ANY_ADDRESS)) if written else ())]
        return Completion(word.start, len(word.text), tuple(choices[:MOST]))
    value = found["value"].rpartition(",")[2]
    behind = word.text[len(written) :].partition(",")[0]
    offered = _amounts(found["sign"]) if isinstance(key, MeasureKey) else known(key)
    choices = list(islice(_beginning(value, offered), MOST))
    return Completion(cursor - len(value), len(value) + len(behind), tuple(choices))


def _word_at(text: str, cursor: int) -> Token:
    words = [token for token in tokens(text) if token.text and not token.is_mark]
    return next(
        (word for word in words if word.start <= cursor <= word.start + len(word.text)),
        Token("", cursor),
    )


def _keys(written: str) -> Iterator[Choice]:
    for key in KEYS:
        if key.name.startswith(written.lower()):
            yield Choice(f"{key.name}{'>' if isinstance(key, MeasureKey) else ':'}", key.about)


def _amounts(sign: str) -> Iterator[Choice]:
    return (Choice(amount, "") for amount in AMOUNTS if sign in SIGNS)


def _beginning(written: str, choices: Iterable[Choice]) -> Iterator[Choice]:
    return (one for one in choices if one.text.lower().startswith(written.lower()))
