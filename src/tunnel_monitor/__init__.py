"""Tunnel Monitor: who inside the overlay is eating the link."""

__version__ = "0.1.0"
