"""From rules to chosen statements: the candidates that the rules propose, their scores, and the best of them."""
