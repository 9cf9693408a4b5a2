"""The service: gRPC and HTTP APIs, a request queue, and scheduling of workers."""
