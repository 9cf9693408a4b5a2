"""How the bundled English models were made: one module and one command per stage (`sayso-tools train`)."""
