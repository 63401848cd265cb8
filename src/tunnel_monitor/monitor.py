"""The running monitor: attached interfaces, a steady drain, and the sinks it feeds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tunnel_monitor import __version__
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.sinks import Sink, SinkQueue
from tunnel_monitor.kernel.discovery import PortDiscovery
from tunnel_monitor.kernel.drain import Drainer, WatchedInterface, begin
from tunnel_monitor.kernel.own_cost import RunTimeStatistics
from tunnel_monitor.kernel.ports import Ports
from tunnel_monitor.kernel.prepare import Prepared
from tunnel_monitor.serve.facts import Facts, InterfaceFacts, LabFacts
from tunnel_monitor.settings import MonitorSettings

Report = Callable[[str], None]


class Monitor:
    """Watches interfaces from construction on; hands out batches from `start` on.

    The two are apart because the first needs root, and the second begins threads, which must
    not exist before root is given up (kernel/privileges.py).

    Args:
        prepared: the interfaces, with programs that are loaded; they are closed with it.
        settings: how to watch them.
        namespace: the file of their network namespace; None is the process's own.
        label: that namespace's name on the page.
        lab: the demo's sizes, when it is one.
    Raises:
        TunnelMonitorError: one of them cannot be watched; then none is.
    """

    def __init__(
        self,
        prepared: Sequence[Prepared],
        settings: MonitorSettings,
        *,
        namespace: Path | None = None,
        label: str | None = None,
        lab: LabFacts | None = None,
    ) -> None:
        self.settings = settings
        self.namespace = namespace
        self._label = label
        self._lab = lab
        self._closing = ExitStack()
        self._queues: list[SinkQueue] = []
        self._stopping = threading.Event()
        self._end_when_gone = False
        self._thread: threading.Thread | None = None
        self.watched: list[WatchedInterface] = []
        waiting = list(prepared)
        try:
            self._discovery = PortDiscovery(settings, namespace)
            self._closing.callback(self._discovery.close)
            started = replace(settings, ports=self._discovery.ports.by_encap())
            if settings.own_cost:
                self._closing.callback(RunTimeStatistics().close)
            while waiting:
                watched = begin(waiting.pop(0), started)
                self._closing.callback(watched.close)
                self.watched.append(watched)
            self._drainer = Drainer(self.watched)
        except BaseException:
            for one in waiting:
                one.close()
            self._closing.close()
            raise
        self._started_ns = time.time_ns()

    def start(
        self,
        sinks: Sequence[Sink],
        report: Report,
        ended: Callable[[], None],
        *,
        end_when_gone: bool = False,
    ) -> None:
        """Begin to drain, once every interval, at whole multiples of it by the wall clock.

        Args:
            sinks: get every batch, each from a thread of its own.
            report: gets one sentence about what a user should know.
            ended: called from the drain's thread when no batch will follow; `report` was told
                why.
            end_when_gone: whether to end once no watched interface is left.
        """
        self._end_when_gone = end_when_gone
        self._discovery.start(self._read_ports, report)
        self._queues = [SinkQueue(sink, report) for sink in sinks]
        self._thread = threading.Thread(
            target=self._run, args=(report, ended), name="drain", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop draining, let the sinks finish, take the programs off."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        for queue in self._queues:
            queue.close()
        self._closing.close()

    def _read_ports(self, ports: Ports) -> None:
        for watched in self.watched:
            watched.loaded.set_ports(ports.by_encap())

    def _run(self, report: Report, ended: Callable[[], None]) -> None:
        try:
            stopped = self._drain_until_stopped(report)
            # What was counted since the last drain belongs to somebody, too: while an interface
            # goes, packets come between the flip and the look that finds it gone.
            self._hand_out()
            if not stopped:
                report("no watched interface is left, so this ends")
                ended()
        except TunnelMonitorError as error:
            report(str(error))
            ended()
        except Exception as error:  # a fault of ours: who does not count must not look alive
            report(f"cannot go on counting: {type(error).__name__}: {error}; please report this")
            ended()

    def _drain_until_stopped(self, report: Report) -> bool:
        """Drain once every interval; False once nothing is left to watch, if that is an end."""
        gone: set[str] = set()
        while not self._stopping.wait(self._until_next()):
            gone = self._tell_gone(self._hand_out(), gone, report)
            if self._end_when_gone and len(gone) == len(self.watched):
                return False
        return True

    def _hand_out(self) -> FlowBatch:
        batch = FlowBatch.of(self._drainer.drain())
        for queue in self._queues:
            queue.offer(batch)
        return batch

    def _until_next(self) -> float:
        interval = self.settings.interval_s
        return interval - time.time() % interval

    @staticmethod
    def _tell_gone(batch: FlowBatch, before: set[str], report: Report) -> set[str]:
        """Say once which interfaces went away."""
        devices = zip(batch.interfaces, batch.devices, strict=True)
        now = {name for name, device in devices if device is None}
        for name in sorted(now - before):
            report(f"{name} is gone; what was counted on it stays")
        return now

    def facts(self) -> Facts:
        """What `status` tells beside what was counted."""
        return Facts(
            version=__version__,
            host=socket.gethostname(),
            started_ns=self._started_ns,
            interval_s=self.settings.interval_s,
            interfaces=tuple(self._facts_of(watched) for watched in self.watched),
            encaps=self.settings.encaps,
            boundary=self.settings.boundary,
            ports=self._discovery.ports,
            sinks=tuple(queue.state() for queue in self._queues),
            lab=self._lab,
        )

    def _facts_of(self, watched: WatchedInterface) -> InterfaceFacts:
        present = watched.device.find_name() is not None
        return InterfaceFacts(
            name=watched.name,
            index=watched.device.index,
            attach=watched.attachment.kind,
            namespace=self._label,
            mtu=watched.device.find_mtu() or 0,
            present=present,
        )
