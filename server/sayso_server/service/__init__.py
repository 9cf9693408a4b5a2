"""The gRPC service: requests in, a queue in front of the engine, protobuf out."""
