"""Watching, once the programs are attached: what is made of each drain, until told to end."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from tunnel_monitor.cli.asked import Asked
from tunnel_monitor.cli.child import tell
from tunnel_monitor.cli.ending import Ending
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.cli.giving_back import GivingBack
from tunnel_monitor.cli.kept import history_of
from tunnel_monitor.cli.serving import make_server, print_address, serve_until
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.export.jsonl import JsonLines
from tunnel_monitor.flows.gathering import Gathering
from tunnel_monitor.flows.sinks import Sink
from tunnel_monitor.kernel.privileges import give_up_root
from tunnel_monitor.monitor import Monitor
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.view import LiveView
from tunnel_monitor.store.duckdb_source import DuckSource
from tunnel_monitor.store.history import History


@dataclass(frozen=True, slots=True)
class Watching:
    """What is made of each drain, as it was asked for.

    Args:
        asked: that.
        monitor: attached, not draining yet.
    """

    asked: Asked
    monitor: Monitor

    def run(self, entrance: Entrance | None) -> int:
        """Give up root, and go on until told to end.

        Args:
            entrance: where the page is served, if it is.
        Returns:
            The exit code: 0 when told to end, 1 when draining or serving ended by itself.
        """
        for kept in (self.asked.keeping, self.asked.storing):
            kept.prepare(self.asked.user, report)
        history = history_of(self.asked.keeping, report)
        sinks = [*([history] if history else []), *self.asked.storing.sinks(report)]
        findings = self._judge(history)
        server, live = None, list[Sink]()
        if entrance is not None:
            view = self._view(history)
            live.append(GivingBack(view))
            server = make_server(entrance, view, self.monitor.facts, lambda: findings.report)
        give_up_root(self.asked.user)
        every = [*live, Gathering(findings), *sinks]
        if server is not None:
            return asyncio.run(self._serve(server, every))
        return asyncio.run(self._without_page(findings, every))

    def _names(self) -> list[str]:
        return [watched.name for watched in self.monitor.watched]

    def _judge(self, history: History | None) -> Diagnosis:
        findings = self.asked.judging.begin(self._names(), self.monitor.namespace, report)
        if history is not None:
            findings.on_news(lambda finding: history.note(finding.line()))
        return findings

    def _view(self, history: History | None) -> LiveView:
        return LiveView(
            self._names(),
            self.asked.settings.interval_s,
            host=self.asked.options.host,
            names=self.asked.naming,
            history=DuckSource(history.store) if history else None,
        )

    async def _serve(self, server: Server, sinks: Sequence[Sink]) -> int:
        ending = Ending(self.asked.options.lifeline)
        self.monitor.start(sinks, report, partial(ending.soon, 1))
        return await serve_until(ending, server, partial(announce, self.asked.options, server))

    async def _without_page(self, findings: Diagnosis, sinks: Sequence[Sink]) -> int:
        """End, too, when nobody reads what is printed, or nothing is left to watch."""
        options = self.asked.options
        ending = Ending(options.lifeline)
        if options.jsonl:
            sinks = [self._lines(ending, findings), *sinks]
        self.monitor.start(sinks, report, partial(ending.soon, 1), end_when_gone=True)
        if options.ready is not None:
            tell(options.ready, {"url": "", "address": ""})
        elif not options.jsonl:
            print(f"Watching {', '.join(options.interfaces)}; Ctrl-C ends it.", flush=True)
        return await ending.wait()

    def _lines(self, ending: Ending, findings: Diagnosis) -> JsonLines:
        ending.with_reader(sys.stdout.fileno())
        lines = JsonLines(
            sys.stdout.buffer,
            partial(ending.soon, 0),
            only=self.asked.only,
            host=self.asked.options.host,
        )
        findings.on_news(lambda finding: lines.add(finding.line()))
        return lines


def report(sentence: str) -> None:
    """Tell the user, beside whatever is printed for programs, if there is anybody to tell."""
    with suppress(OSError, AttributeError):  # a terminal that has gone; no standard error at all
        # In one piece: `print` writes the end of the line apart, and a flow's could come between.
        sys.stderr.write(f"tunnel-monitor: {sentence}\n")


def announce(options: argparse.Namespace, server: Server) -> None:
    """Say where the page is: to people, or to `demo`."""
    if options.ready is not None:
        tell(options.ready, {"url": server.url, "address": server.address})
        return
    print(f"Watching {', '.join(options.interfaces)}.")
    print_address(server)
