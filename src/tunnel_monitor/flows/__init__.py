"""Drained arrays become batches of flows: widened, added up, named."""
