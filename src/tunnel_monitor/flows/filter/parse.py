"""Text -> tree. `or` binds least, then blanks (and), then `!` (not); parentheses group."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from tunnel_monitor.errors import BadFilter
from tunnel_monitor.flows.filter import values
from tunnel_monitor.flows.filter.keys import (
    ANY_ADDRESS,
    KEY,
    AddressKey,
    Key,
    MeasureKey,
    TextKey,
    VniKey,
)
from tunnel_monitor.flows.filter.tree import (
    Addresses,
    And,
    Compare,
    Everything,
    Name,
    Node,
    Not,
    Or,
    Range,
    Sign,
    Texts,
    Vnis,
)

LONGEST = 2000  # characters
DEEPEST = 30  # parentheses and `!` in each other
AND, OR, NOT = "and", "or", "not"
SIGNS: dict[str, Sign] = {">": ">", ">=": ">=", "<": "<", "<=": "<="}

TOKEN = re.compile(r"\s*(?:(?P<mark>[()!])|(?P<word>[^\s()]+)|$)")
CONDITION = re.compile(r"(?P<key>[A-Za-z_]+)(?P<sign>:|>=|<=|>|<|=)(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A parenthesis, a `!`, or a word; the end is an empty one."""

    text: str
    start: int

    @property
    def is_mark(self) -> bool:
        """Whether it is no word."""
        return self.text in ("(", ")", "!")

    def is_word(self, word: str) -> bool:
        """Whether it is that word, in any case."""
        return self.text.lower() == word


def parse(text: str) -> Node:
    """What a filter means.

    Args:
        text: `vni:10001 outer:172.16.1.0/24 !peer:172.16.1.108`; docs/reference/filter.md.
    Raises:
        BadFilter: it means nothing; says where, and what would be right.
    """
    if len(text) > LONGEST:
        raise BadFilter(
            f"a filter of {len(text)} characters is too long",
            f"give at most {LONGEST}; prefixes and ranges are shorter than lists",
            LONGEST,
            len(text) - LONGEST,
        )
    return _Parser(text).all()


def tokens(text: str) -> list[Token]:
    """The pieces of a filter, then an empty one at its end."""
    found = []
    for match in TOKEN.finditer(text):
        piece = match["mark"] or match["word"]
        if piece:
            found.append(Token(piece, match.end() - len(piece)))
    return [*found, Token("", len(text))]


class _Parser:
    """One pass over the pieces, by recursive descent."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def all(self) -> Node:
        """The whole text."""
        if not self._next.text:
            return Everything()
        node = self._any()
        if self._next.text:  # only a parenthesis ends an alternative early
            raise _wrong(self._next, "no parenthesis is open here", "remove it")
        return node

    def _any(self) -> Node:
        parts = [self._every()]
        while self._next.is_word(OR):
            self._take()
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _every(self) -> Node:
        parts = [self._one()]
        while True:
            if self._next.is_word(AND):
                self._take()
            elif self._next.text in ("", ")") or self._next.is_word(OR):
                break
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Node:
        token = self._take()
        if token.text in ("!", "(") or token.is_word(NOT):
            return self._nested(token)
        if token.text in ("", ")") or token.is_word(OR) or token.is_word(AND):
            self._place -= 1
            raise _wrong(token, "a condition is missing here", "give one like vni:10001")
        return condition(token)

    def _nested(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(opening, "this is nested too deeply", f"nest at most {DEEPEST} times")
        if opening.text == "(":
            node = self._any()
            if self._next.text != ")":
                raise _wrong(opening, "this parenthesis is never closed", "add a )")
            self._take()
        else:
            part = self._one()
            node = part.part if isinstance(part, Not) else Not(part)
        self._depth -= 1
        return node


def _wrong(token: Token, what: str, remedy: str) -> BadFilter:
    return BadFilter(what, remedy, token.start, len(token.text))


def condition(token: Token) -> Node:
    """One word: a key with its values, or an address or name alone."""
    found = CONDITION.fullmatch(token.text)
    key = KEY.get(found["key"].lower()) if found else None
    if found is None or key is None:
        return _alone(token, Token(found["key"], token.start) if found else None)
    sign = Token(found["sign"], token.start + found.start("sign"))
    value = Token(found["value"], token.start + found.start("value"))
    if isinstance(key, MeasureKey):
        return _compare(key, sign, value)
    if sign.text != ":":
        raise _wrong(sign, f"{key.name} cannot be compared", f"give it as {_example(key)}")
    return _any_of(key, value)


def _alone(token: Token, unknown: Token | None) -> Node:
    """A word that begins with no key, though `2001:db8::1` looks as if it did."""
    key = KEY.get(token.text.lower())
    if key is not None:
        raise _wrong(token, f"{key.name} needs a value", f"give it as {_example(key)}")
    if token.text.isdigit():
        raise _wrong(token, "a number alone means nothing", f"give it as vni:{token.text}")
    try:
        return _any_of(ANY_ADDRESS, token)
    except BadFilter as error:
        raise _unknown(unknown) if unknown else error from error


def _unknown(key: Token) -> BadFilter:
    close = difflib.get_close_matches(key.text.lower(), KEY, 1)
    remedy = f"did you mean {close[0]}?" if close else f"choose one of {', '.join(KEY)}"
    return _wrong(key, f"{key.text!r} is nothing to filter by", remedy)


def _example(key: Key) -> str:
    match key:
        case VniKey():
            return "vni:10001"
        case AddressKey():
            return f"{key.name}:172.16.1.100"
        case TextKey():
            known = values.KNOWN.get(key.name)
            return f"{key.name}:{known[1] if known else 'eth*'}"
        case MeasureKey():
            return f"{key.name}>10M"


def _compare(key: MeasureKey, sign: Token, value: Token) -> Node:
    if sign.text not in SIGNS:
        raise _wrong(
            sign,
            f"{key.name} has to be compared by {', '.join(SIGNS)}",
            f"give it as {_example(key)}",
        )
    if not value.text:
        raise _wrong(value, f"a number is missing after {sign.text}", f"give it as {_example(key)}")
    return Compare(key.name, SIGNS[sign.text], values.amount(value.text, value.start))


def _any_of(key: AddressKey | VniKey | TextKey, listed: Token) -> Node:
    """A list: any of it will do."""
    each = []
    start = listed.start
    for text in listed.text.split(","):
        if not text:
            raise BadFilter("a value is missing here", f"give it as {_example(key)}", start, 0)
        each.append(Token(text, start))
        start += len(text) + 1
    match key:
        case AddressKey():
            return _addresses(key, each)
        case VniKey():
            ranges = [values.vni(one.text, one.start) for one in each if not _is_none(one)]
            return Vnis(tuple(ranges), any(map(_is_none, each)))
        case TextKey():
            patterns = [values.text(key.name, one.text, one.start) for one in each]
            return Texts(key.name, tuple(patterns))


def _addresses(key: AddressKey, each: list[Token]) -> Addresses:
    ranges: list[Range] = []
    names: list[Name] = []
    for one in each:
        if not _is_none(one):
            found = values.address(one.text, one.start)
            if isinstance(found, Name):
                names.append(found)
            else:
                ranges += found
    return Addresses(key.columns, tuple(ranges), tuple(names), any(map(_is_none, each)))


def _is_none(value: Token) -> bool:
    return value.text.lower() == values.NONE
