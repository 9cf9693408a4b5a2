"""The contract: its methods, requests, responses and offsets, over gRPC and in process."""
