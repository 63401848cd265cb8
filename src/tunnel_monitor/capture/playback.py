"""Captures side by side, one slice of time after the other, as an interface would be drained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress

import numpy as np

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import FOREVER, Reading, Span
from tunnel_monitor.capture.slices import Slices
from tunnel_monitor.capture.totals import as_drain
from tunnel_monitor.errors import CaptureDamaged, TunnelMonitorError
from tunnel_monitor.kernel.drained import Drained


def look_through(reading: Reading, tell: Callable[[], None] = lambda: None) -> Span:
    """What stretch of time a capture covers, as far as it can be read.

    Args:
        reading: at the beginning of a file, without counts.
        tell: called after each chunk.
    Raises:
        CaptureUnreadable: it is no capture.
    """
    with suppress(CaptureDamaged):  # who reads it to count it will meet the same
        reading.go_on(tell=tell)
    return reading.span()


class Track:
    """One capture of a playback; its file is open only while slices have packets of it.

    Args:
        path: names it.
        begins_ns: before that it has nothing.
    """

    def __init__(self, path: str, begins_ns: int) -> None:
        self._path = path
        self._begins_ns = begins_ns
        self._closing = ExitStack()
        self._reading: Reading | None = None
        self._ended = False
        self.late = 0

    def play(self, reader: CaptureReader, from_ns: int, until_ns: int) -> None:
        """Count all up to a time; raises what `Reading.go_on` does, and goes no further then."""
        if self._ended or self._begins_ns >= until_ns:
            return
        self._ended = True  # if it fails
        if self._reading is None:
            file = self._closing.enter_context(CaptureFile(self._path))
            self._reading = self._closing.enter_context(reader.begin(file))
        try:
            self._ended = not self._reading.go_on(from_ns, until_ns)
        finally:
            self.late = self._reading.late
            if self._ended:
                self.close()

    def close(self) -> None:
        """Nothing more is wanted of it."""
        self._closing.close()


class Playback:
    """Reads captures slice by slice, and drains what was counted at the end of each.

    Packets that are out of order by more than a slice are counted in the slice in which they are
    met, and so are those without a stamp. The last slice has all that is left.

    Args:
        captures: paths, and what `look_through` told of each.
        slices: cover all their times.
        name: the interface's, in what is drained.
        reader: counts; nobody else uses it meanwhile.
        report: gets each error that keeps a capture from being read further.
    """

    def __init__(
        self,
        captures: Sequence[tuple[str, Span]],
        slices: Slices,
        name: str,
        reader: CaptureReader,
        report: Callable[[TunnelMonitorError], None],
    ) -> None:
        # Where there is no stamp at all everything is in the first slice.
        self._tracks = [
            Track(path, slices.begin_ns if span.first_ns is None else span.first_ns)
            for path, span in captures
        ]
        self._slices = slices
        self._name = name
        self._reader = reader
        self._report = report
        self.unknown_links: Mapping[int, np.void] = {}  # as in Totals, of all slices so far

    @property
    def late(self) -> int:
        """Packets so far that are in a later slice than their stamps say."""
        return sum(track.late for track in self._tracks)

    def drains(self) -> Iterator[Drained]:
        """One drain for each slice, in the order of time."""
        with ExitStack() as closing:
            for track in self._tracks:
                closing.callback(track.close)
            for number in range(self._slices.count):
                end_ns = self._slices.end_ns(number)
                until_ns = end_ns if number + 1 < self._slices.count else FOREVER
                self._play(end_ns - self._slices.length_ns, until_ns)
                totals = self._reader.take()
                self.unknown_links = totals.unknown_links
                taken = as_drain(totals, self._name)
                yield Drained(end_ns, self._slices.length_ns, number + 1, (taken,))

    def _play(self, from_ns: int, until_ns: int) -> None:
        for track in self._tracks:
            try:
                track.play(self._reader, from_ns, until_ns)
            except TunnelMonitorError as error:
                self._report(error)
