"""The sheet, the ways of writing on it, and what becomes of it on the way through the scanner."""
