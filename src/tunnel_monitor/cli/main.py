"""The `tunnel-monitor` command: finds the subcommand, reports errors once."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from typing import NoReturn, Protocol

from tunnel_monitor import __version__
from tunnel_monitor.cli.importing import dying_of_interrupts, without_collecting
from tunnel_monitor.errors import BadSetting, TunnelMonitorError

# numpy's algebra library would start threads when it is imported, none of which we use. They
# would keep what give_up_root() can only take from the calling thread.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# name -> what `tunnel-monitor --help` says of it. The module of that name in this package is
# imported only when its command runs: starting must not pay for what is not used.
COMMANDS = {
    "demo": "build the nine-host overlay and watch it, live in the browser",
    "traffic": "send traffic inside a running demo",
    "lab": "look around in a running demo, break it, repair it",
    "watch": "watch real interfaces of this host",
    "findings": "tell what a running monitor has found wrong",
    "serve": "serve the page for all hosts that send to a store",
    "history": "ask what was counted at any time that is kept",
    "store": "set up a database for what many hosts count",
    "read": "count what capture files hold; needs no privileges",
    "check": "tell whether this host can run the monitor, and what to do if not",
}


class Command(Protocol):
    """What each module of a command offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare options."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; the result is the exit code."""


class HelpFormatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keeps the examples' lines and says each option's default."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False, "", [], argparse.SUPPRESS):
            return action.help
        return super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence, as everything else here does, instead of repeating its usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where to read how it would be right."""
        sentence = message.removeprefix("argument ")
        self.exit(BadSetting.exit_code, f"tunnel-monitor: {sentence}; see `{self.prog} --help`\n")


def load(name: str) -> Command:
    """Import the module of one command."""
    command: Command = importlib.import_module(f"tunnel_monitor.cli.{name}")
    return command


def parser_for(names: list[str]) -> argparse.ArgumentParser:
    """The parser of the whole command, with the options of the named subcommands."""
    parser = Parser(
        prog="tunnel-monitor",
        formatter_class=HelpFormatter,
        description="Counts overlay traffic on an underlay interface by outer addresses, VNI and\n"
        "inner addresses, with eBPF, and shows it live in the browser.",
        epilog="start here:\n"
        "  tunnel-monitor demo --traffic culprit   a lab to try it in; find the culprit\n"
        "  tunnel-monitor check                    can this host run it?\n"
        "  tunnel-monitor watch eth0               the real thing",
    )
    parser.add_argument("--version", action="version", version=f"tunnel-monitor {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        sub = subparsers.add_parser(name, help=summary, formatter_class=HelpFormatter)
        sub.add_argument(
            "--debug", action="store_true", help="show the whole trace when something fails"
        )
        if name in names:
            load(name).configure(sub)
    return parser


def written(code: int) -> int:
    """The exit code, once all output is written.

    Raises:
        BrokenPipeError: nobody reads it any more; at exit, Python would make it exit code 120.
    """
    if sys.stdout is not None:  # a daemon's may be closed
        sys.stdout.flush()
    return code


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `tunnel-monitor`; absent means this process's own.
    Returns:
        The exit code: 0 done, 1 failed, 2 bad options, 77 not privileged, 130 interrupted.
    """
    words = sys.argv[1:] if arguments is None else arguments
    options = argparse.Namespace(debug=False)
    try:
        with dying_of_interrupts(), without_collecting():
            options = parser_for([word for word in words if word in COMMANDS][:1]).parse_args(words)
        return written(load(options.command).run(options))
    except TunnelMonitorError as error:
        if options.debug:
            traceback.print_exc()
        print(f"tunnel-monitor: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has had enough, as `| head` does: not an error. Python would
        # complain once more when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
