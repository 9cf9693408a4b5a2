"""Values of Python to messages of the contract, and back: of every message the two ways are next to each other."""
