"""Batches are judged: what is wrong with the overlay, by name, with its evidence."""
