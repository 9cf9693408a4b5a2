//go:build oldgrpc

// For grpc-go before 1.63, such as Debian's.

package main

import "google.golang.org/grpc"

func connect(server string) (*grpc.ClientConn, error) {
	return grpc.Dial(server, grpc.WithInsecure())
}
