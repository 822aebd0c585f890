"""The papers themselves, a file a kind."""
