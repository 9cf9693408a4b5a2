"""`python -m sayso_server`."""

from sayso_server.main import main

main()
