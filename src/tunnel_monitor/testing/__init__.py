"""Packets made by naming their layers, for the tests of every other part."""
