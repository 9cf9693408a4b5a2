"""Version 1 of the contract, generated from protos/sayso/v1/quotes.proto by `make protos`."""
