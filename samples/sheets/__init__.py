"""The papers themselves: one module for diplomas, registers, and administrative papers each."""
