"""The gRPC service: requests in, the engine behind a queue, protobuf out."""
