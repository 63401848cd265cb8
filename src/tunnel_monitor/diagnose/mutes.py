"""What is kept quiet: still looked for and shown, but not counted, marked or announced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tunnel_monitor.diagnose.finding import Subject
from tunnel_monitor.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Mute:
    """One rule.

    Args:
        name: of findings.
        what: only those about this peer, endpoint or VNI; empty means all of that name.
        until_ns: when it ends, by the wall clock; None for never.
    """

    name: str
    what: str = ""
    until_ns: int | None = None

    @classmethod
    def of(cls, written: str, names: Iterable[str]) -> Mute:
        """A rule as a user writes it: NAME or NAME=WHAT.

        Raises:
            BadSetting: there are no findings of that name.
        """
        name, _, what = written.partition("=")
        check_name(name, names)
        return cls(name, what)

    def covers(self, name: str, subject: Subject, time_ns: int) -> bool:
        """Whether it keeps a finding of that name and subject quiet at that time."""
        if self.name != name or (self.until_ns is not None and time_ns >= self.until_ns):
            return False
        return not self.what or self.what in {
            *subject.peers,
            *subject.endpoints,
            *([] if subject.vni is None else [str(subject.vni)]),
        }


def check_name(name: str, names: Iterable[str]) -> None:
    """Refuse to mute what nothing is called.

    Raises:
        BadSetting: there are no findings of that name.
    """
    if name not in names:
        raise BadSetting(
            f"cannot mute {name!r}: no finding has that name", f"choose {', '.join(names)}"
        )


class Mutes:
    """All rules.

    Args:
        rules: to begin with.
    """

    def __init__(self, rules: Iterable[Mute] = ()) -> None:
        self._rules = tuple(rules)

    def covers(self, name: str, subject: Subject, time_ns: int) -> bool:
        """Whether any rule keeps it quiet."""
        return any(rule.covers(name, subject, time_ns) for rule in self._rules)
