"""Packets from elsewhere than a hook, read by the native build of the same parser."""
