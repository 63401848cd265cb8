"""Batches sent on, out of this process."""
