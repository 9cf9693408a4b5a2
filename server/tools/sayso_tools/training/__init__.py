"""Training of the bundled English models: one module and one command per stage (`sayso-tools train`)."""
