from __future__ import annotations

import threading

import numpy as np
import pytest
from tests.unit import synthetic
from tests.unit.synthetic import SECOND_NS, Flow, drained

from tunnel_monitor.contract import Outcome
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.serve import view as serve_view
from tunnel_monitor.serve.view import LiveView, Parts


def batch(number: int, *flows: Flow) -> FlowBatch:
    return FlowBatch.of(drained(flows, rest={Outcome.NOT_TUNNELED: (1, 60)}, number=number))


def test_before_the_first_drain_all_is_empty_and_readable() -> None:
    view = LiveView(["eth0"], 0.5)
    assert view.snapshot.number == 0
    assert view.snapshot.interval_ns == view.snapshot.total.elapsed_ns == SECOND_NS // 2
    assert len(view.snapshot.total.parts().rows()) == len(view.snapshot.last.parts().tunnels) == 0
    assert not view.snapshot.ledger["packets"].any()
    view.close()


def test_the_last_drain_and_the_total() -> None:
    view = LiveView(["eth0"], 1.0)
    view.take(batch(1, Flow(bytes=100), Flow(vni=7, bytes=1)))
    view.take(batch(2, Flow(bytes=200)))
    found = view.snapshot
    assert found.last.parts().flows["bytes"].tolist() == [200]
    assert sorted(found.total.parts().flows["bytes"].tolist()) == [1, 300]
    assert (found.last.elapsed_ns, found.total.elapsed_ns) == (SECOND_NS, 2 * SECOND_NS)
    assert int(found.ledger["packets"][0, :, Outcome.NOT_TUNNELED].sum()) == 2
    assert found.timeline.bytes.sum(axis=0).tolist() == [101, 200]
    assert found.usage.memory_bytes > 1_000_000
    view.close()


def test_a_snapshot_never_changes() -> None:
    view = LiveView(["eth0"], 1.0)
    view.take(batch(1, Flow(bytes=100)))
    kept = view.snapshot

    def content() -> list[bytes]:
        flows, _, tunnels, _ = Parts.of(kept.totals)  # as they are now, not as first asked for
        return [one.tobytes() for one in (flows, tunnels, kept.ledger, kept.timeline.bytes)]

    before = content()
    view.take(batch(2, Flow(bytes=100)))  # nothing new, and then something
    for number in range(3, 6):
        view.take(batch(number, Flow(bytes=100), Flow(vni=number)))
    assert content() == before
    view.close()


def test_readers_see_whole_drains_while_the_view_takes_more() -> None:
    """Every snapshot a reader can get hold of agrees with itself."""
    view = LiveView(["eth0"], 1.0)
    batches = [FlowBatch.of(synthetic.many(2000, seed=n, number=n)) for n in range(1, 30)]
    wrong, done = list[int](), threading.Event()

    def read() -> None:
        while not done.is_set():
            found = view.snapshot
            sums = {int(found.ledger["bytes"].sum()), int(found.timeline.bytes.sum())}
            sums |= {
                int(found.total.parts().rows()["bytes"].sum()),
                int(found.total.parts().tunnels["bytes"].sum()),
            }
            if len(sums) > 1:
                wrong.append(found.number)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for each in batches:
            view.take(each)
    finally:
        done.set()
        reader.join()
        view.close()
    assert not wrong
    assert view.snapshot.number == 29


def test_followers_are_told_until_they_leave() -> None:
    view, told = LiveView(["eth0"], 1.0), list[int]()
    view.on_change(lambda: told.append(view.snapshot.number))
    view.take(batch(1))
    view.take(batch(2))
    view.on_change(None)
    view.take(batch(3))
    view.close()
    assert told == [1, 2]


def test_a_batch_of_other_interfaces_is_refused() -> None:
    view = LiveView(["eth0", "eth1"], 1.0)
    with pytest.raises(ValueError, match="eth1"):
        view.take(batch(1))
    view.close()


@pytest.mark.parametrize("enough", [0, 1000, 10**9])
def test_what_is_over_is_replayed_into_one_snapshot(
    enough: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_view, "ENOUGH", enough)
    batches = [FlowBatch.of(synthetic.many(300, seed=n, number=n)) for n in range(1, 50)]
    live, recorded = LiveView(["eth0"], 1.0), LiveView(["eth0"], 1.0, slices=len(batches))
    for one in batches:
        live.take(one)
    recorded.replay(iter(batches))
    now, then = live.snapshot, recorded.snapshot
    assert then.last is not then.total
    assert then.last.parts().rows().tobytes() == then.total.parts().rows().tobytes()
    assert np.array_equal(then.total.parts().flows, now.total.parts().flows)
    assert np.array_equal(then.total.parts().tunnels, now.total.parts().tunnels)
    assert then.ledger.tobytes() == now.ledger.tobytes()
    assert then.timeline.bytes.tolist() == now.timeline.bytes.tolist()
    assert (then.number, then.time_ns, then.directed) == (now.number, now.time_ns, False)
    assert then.total.elapsed_ns == len(batches) * SECOND_NS
    live.close()
    recorded.close()
