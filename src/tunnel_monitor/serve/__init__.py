"""The live view of all flows, and the HTTP server that answers from it."""
