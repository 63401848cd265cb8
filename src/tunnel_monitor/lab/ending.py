"""When a command that runs until told otherwise is told otherwise."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType


def signals() -> list[signal.Signals]:
    """What ends a command; under nohup, a closed terminal does not."""
    ending = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        ending.append(signal.SIGHUP)
    return ending


@contextmanager
def end_asked() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set; needs a running loop."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def ask(number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            mute()
        asked.set()

    ending = signals()
    for number in ending:
        loop.add_signal_handler(number, ask, number)
    try:
        yield asked
    finally:
        for number in ending:
            loop.remove_signal_handler(number)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let all these signals raise KeyboardInterrupt, where there is no running loop yet."""

    def interrupt(number: int, _: FrameType | None) -> None:
        if number == signal.SIGHUP:
            mute()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def until_terminal_closes() -> Iterator[None]:
    """Leave the body quietly when a terminal is gone: writing to it fails before SIGHUP comes."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        mute()


def mute() -> None:
    """Send all further output nowhere: writing to a terminal that is gone fails."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


async def first(*waiting: Coroutine[object, object, object]) -> None:
    """Run several coroutines until one of them is done.

    Raises:
        What that one raised.
    """
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        task.result()
