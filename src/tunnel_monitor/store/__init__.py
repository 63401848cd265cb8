"""What was counted, kept: a file on one machine, a database for many."""
