"""The exercise of the classic example: who floods the link? The page has the answer first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lab import commands
from tests.web.reading import Shown
from tests.web.visits import Visit, drain_again

pytestmark = [pytest.mark.root, pytest.mark.browser]

NAMED = re.compile(r"The culprit was (\S+), on host\d+ \((\S+)\), VNI (\d+): ")


def test_the_biggest_talker_on_the_page_is_the_culprit(
    visit: Callable[..., Visit], home: int, folder: Path
) -> None:
    words = ("--listen", "127.0.0.1:0", "--interval", "0.5", "--traffic", "culprit")
    with commands.demo(home, folder, *words) as demo:
        here = visit(demo)
        shown = here.wait_for(one_stands_out, "somebody sends far more than the rest")
        suspect = max(shown.peers, key=lambda peer: shown.peers[peer].sent)
        drain_again(demo, 3)
        here.open_peer(suspect)
        opened = here.wait_for(lambda shown: bool(shown.endpoints), "the endpoints behind it")
        behind = {where: both for where, both in opened.endpoints.items() if where.peer == suspect}
        biggest = max(behind, key=lambda where: behind[where].sent)
        here.page.click("#crumbs >> text=All peers")
        listed = here.wait_for(lambda shown: bool(shown.raw["flows"]), "the biggest flows")
        assert "culprit was" not in demo.output
        here.traceless = False
        here.page.close()
        demo.process.terminate()
        assert demo.wait() == 0
    named = NAMED.search(demo.output)
    assert named, demo.output
    culprit, host, vni = named.groups()
    assert suspect == host
    assert (biggest.address, str(biggest.vni)) == (culprit, vni)
    assert listed.raw["flows"][0].startswith(f"{culprit}|")


def one_stands_out(shown: Shown) -> bool:
    """Somebody sends far more than all others; until then 172.16.1.100 does, with its replies."""
    sent = sorted(both.sent for both in shown.busy_peers.values())
    return len(sent) >= 9 and sent[-1] > 5 * sum(sent[:-1])
