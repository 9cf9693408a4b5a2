"""From rules to chosen statements: the candidates that they propose, what each is worth, and the best of them."""
