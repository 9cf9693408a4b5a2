"""How the bundled English models were made: one module and one command per stage (see `__main__`)."""
