"""The overlay to try everything in: built in network namespaces, gone with its process."""
