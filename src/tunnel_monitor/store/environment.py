"""What the secrets of a database are called in the environment."""

from typing import Final

USER: Final = "TUNNEL_MONITOR_STORE_USER"
PASSWORD: Final = "TUNNEL_MONITOR_STORE_PASSWORD"  # noqa: S105  # its name
