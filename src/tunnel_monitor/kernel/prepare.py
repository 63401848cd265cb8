"""All that comes before attaching, and takes long: programs that are loaded for an interface."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tunnel_monitor.kernel.device import Device, Reading
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.kernel.namespace import inside
from tunnel_monitor.settings import MonitorSettings


@dataclass(frozen=True, slots=True)
class Prepared:
    """An interface, and the programs that nobody calls yet.

    Args:
        name: of the interface.
        namespace: the file of its network namespace; None is the process's own.
        device: the interface.
        before: its own counters, read well before attaching, so that what was on its way to the
            hook has arrived by then; None: it went away.
        loaded: the programs.
    """

    name: str
    namespace: Path | None
    device: Device
    before: tuple[Reading, Reading] | None
    loaded: LoadedObject

    def close(self) -> None:
        """Give all of it back."""
        self.loaded.close()
        self.device.close()


def prepare(name: str, settings: MonitorSettings, namespace: Path | None = None) -> Prepared:
    """Find an interface and load programs for it.

    Args:
        name: of the interface.
        settings: sizes, and what is a tunnel.
        namespace: the file of its network namespace; None is the process's own.
    Raises:
        NoSuchInterface, UnsupportedHost, MissingPrivilege, LoadFailed, BadSetting
    """
    with ExitStack() as undo:
        device = inside(namespace, lambda: Device(name))
        undo.callback(device.close)
        before = device.read()
        loaded = LoadedObject(settings, has_link_header=device.has_link_header)
        undo.pop_all()
        return Prepared(name, namespace, device, before, loaded)


class Preparing:
    """Prepares interfaces beside whatever the caller does meanwhile.

    Args:
        names: of the interfaces.
        settings: as for one.
        namespace: likewise.
    """

    def __init__(
        self, names: Sequence[str], settings: MonitorSettings, namespace: Path | None
    ) -> None:
        self.namespace = namespace
        self._made = ExitStack()
        self._thread = ThreadPoolExecutor(1, "prepare")
        self._all = self._thread.submit(self._prepare, names, settings)

    def _prepare(self, names: Sequence[str], settings: MonitorSettings) -> list[Prepared]:
        made = []
        for name in names:
            made.append(prepare(name, settings, self.namespace))
            self._made.callback(made[-1].close)
        return made

    def take(self) -> list[Prepared]:
        """Wait for all of them; the caller closes them from now on, and no thread is left.

        Raises:
            NoSuchInterface, UnsupportedHost, MissingPrivilege, LoadFailed, BadSetting
        """
        prepared = self._all.result()
        self._thread.shutdown()
        self._made.pop_all()
        return prepared

    def close(self) -> None:
        """Give back what nobody took."""
        self._thread.shutdown()
        self._made.close()
