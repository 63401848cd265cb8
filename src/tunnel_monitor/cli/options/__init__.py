"""What can be said on the command line, alike for every command that takes it.

Options are declared here, and what they mean is found out elsewhere: nothing here imports what it
is for, so that `watch` has its options before numpy or a server is there (ADR 0029).
"""
