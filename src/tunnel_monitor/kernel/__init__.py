"""Load, attach and drain the programs in the kernel."""
