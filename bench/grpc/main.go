// Command grpc serves gRPC's interoperability service for the comparison of
// clients: each call returns the payload of its request. It has server
// reflection, for clients that ask for the types.
//
//	go -C bench run ./grpc 127.0.0.1:18768
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/reflection"
)

// echo returns the payload of each request.
type echo struct {
	testgrpc.UnimplementedTestServiceServer
}

// UnaryCall returns the payload of its request.
func (echo) UnaryCall(_ context.Context, in *testgrpc.SimpleRequest) (*testgrpc.SimpleResponse, error) {
	return &testgrpc.SimpleResponse{Payload: in.GetPayload()}, nil
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "grpc:", err)
		os.Exit(1)
	}
}

func serve() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("the address to listen on is the only argument; got %q", os.Args[1:])
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	testgrpc.RegisterTestServiceServer(server, echo{})
	reflection.Register(server)
	return server.Serve(listener)
}
