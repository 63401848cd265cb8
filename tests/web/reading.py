"""What the page shows, as numbers: its texts and labels are read as a person would read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

# All texts of one drawing, which is made in slices: another script could see half of it.
COLLECT = """async () => {
  while (document.body.dataset.drawing !== undefined) {
    await new Promise((done) => { setTimeout(done, 1); });
  }
  const all = (query, read) => [...document.querySelectorAll(query)].map(read);
  const text = (query) => document.querySelector(query)?.textContent ?? '';
  const facts = (id) => all(`#${id} > div`, (row) => [...row.children].map((c) => c.textContent));
  return {
    drains: Number(document.body.dataset.drains ?? -1),
    pill: text('#state'),
    empty: text('[data-role=empty]'),
    crumbs: text('#crumbs'),
    sum: text('[data-role=sum]'),
    arcs: all('#chord [data-arc]', (arc) => ({...arc.dataset, said: arc.ariaLabel ?? ''})),
    ribbons: all('#chord [data-ribbon]', (one) => [one.dataset.ribbon, one.ariaLabel ?? '']),
    labels: all('#chord [data-label]', (one) => [one.dataset.label, one.textContent]),
    networks: all('[data-vni]', (one) => [
      one.dataset.vni, one.querySelector('.amount').textContent, one.ariaPressed === 'true',
    ]),
    ledger: facts('ledger'),
    stats: all('.stat > b, .stat div > b', (one) => [one.id, one.textContent]),
    rows: all('#panel-table tbody tr[data-place]', (row) => Object.fromEntries([
      ['place', row.matches('.waiting') ? null : Number(row.dataset.place)],
      ...['outer_src', 'outer_dst', 'inner_src', 'inner_dst'].map((name) => {
        const [layer, side] = name.split('_');
        const end = row.querySelector(side === 'dst' ? `.column-${layer} .to`
          : `.column-${layer} .from${layer === 'outer' ? ', .column-sender .from' : ''}`);
        return [name, end?.title || end?.textContent];
      }),
      ...['vni', 'bits', 'packets'].map((name) => [
        name, row.querySelector(`.column-${name}, .column-${name === 'vni' ? 'network' : name}`)
          ?.textContent,
      ]),
    ])),
    talkers: all('[data-talker]', (row) => row.dataset.talker),
    flows: all('[data-flow]', (row) => row.dataset.flow),
  };
}"""

PREFIXES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
AMOUNT = re.compile(r"([\d.]+)\s*([kMGT]?)(b/s|B|pps|pkt)")
ARC = re.compile(r"(.+) (?:sends?|sent) (.+) and (?:receives?|received) ([^;]+)(?:; .*)?")


class Exchange(NamedTuple):
    """What one sends and receives, in the unit that the page is set to."""

    sent: float
    received: float


class Endpoint(NamedTuple):
    """An inner address, and where it is."""

    peer: str
    vni: int
    address: str


@dataclass(frozen=True)
class Shown:
    """One drawing.

    Args:
        raw: as from COLLECT.
    """

    raw: Mapping[str, Any]

    @property
    def drains(self) -> int:
        """The number of the drain."""
        return int(self.raw["drains"])

    @property
    def pill(self) -> str:
        """In what state the page says it is."""
        return str(self.raw["pill"])

    @cached_property
    def peers(self) -> dict[str, Exchange]:
        """Of the arcs of the underlay, in their order."""
        return {
            arc["peer"]: exchange(arc["said"])
            for arc in self.raw["arcs"]
            if "endpoint" not in arc and arc["peer"] != "other"
        }

    @cached_property
    def endpoints(self) -> dict[Endpoint, Exchange]:
        """Of the arcs of an opened peer and its partners; not of what is added up as other."""
        return {
            Endpoint(arc["peer"], vni_in(arc["said"]), arc["endpoint"]): exchange(arc["said"])
            for arc in self.raw["arcs"]
            if arc.get("endpoint", "other") != "other"
        }

    @property
    def hosts(self) -> set[str]:
        """Those of them that are no multicast group."""
        return self.peers.keys() - {"groups"}

    @property
    def busy_peers(self) -> dict[str, Exchange]:
        """Those with traffic; one that has fallen silent keeps its place for a while."""
        return {peer: both for peer, both in self.peers.items() if any(both)}

    @cached_property
    def networks(self) -> dict[str, float]:
        """Of the list of virtual networks: "all", then VNIs."""
        return {vni: amount(text) for vni, text, _ in self.raw["networks"]}

    @property
    def chosen_network(self) -> str:
        """Which of them is chosen."""
        (chosen,) = (vni for vni, _, pressed in self.raw["networks"] if pressed)
        return str(chosen)

    @property
    def sum(self) -> float:
        """What the crumbs say that all shown adds up to."""
        return amount(self.raw["sum"])

    @cached_property
    def ledger(self) -> dict[str, int]:
        """Of the account at the left: name -> packets."""
        return {name: count(text) for name, text in self.raw["ledger"]}

    @cached_property
    def stats(self) -> dict[str, str]:
        """Of the header: id -> text."""
        return dict(self.raw["stats"])


def amount(text: str) -> float:
    """The last quantity of a text: "9 peers · 44.7 Mb/s" is 44.7e6."""
    found = AMOUNT.findall(text)
    assert found, f"no quantity in {text!r}"
    digits, prefix, _ = found[-1]
    return float(digits) * PREFIXES[prefix]


def count(text: str) -> int:
    """A whole number with thin spaces between thousands."""
    return int("".join(text.replace("\N{MINUS SIGN}", "-").split()))


def exchange(said: str) -> Exchange:
    """From "172.16.1.106 sends 73.9 Mb/s and receives 19.5 Mb/s"."""
    found = ARC.fullmatch(said)
    assert found, f"an arc says {said!r}"
    return Exchange(amount(found[2]), amount(found[3]))


def vni_in(said: str) -> int:
    """From "…; behind 172.16.1.106, VNI 10001"."""
    found = re.search(r", VNI (\d+)(?:;|$)", said)
    assert found, f"an endpoint says {said!r}"
    return int(found[1])
