package main

import (
	"bufio"
	"net"
	"strings"
)

const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// startResponder serves HTTP with as little CPU as it can, so that a machine with
// two cores has most of them for the clients. It answers every request alike.
func startResponder() (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the listener is closed
			}
			go respond(connection)
		}
	}()
	return "http://" + listener.Addr().String() + "/", func() { _ = listener.Close() }, nil
}

// respond answers the requests of one connection. They have no body.
func respond(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	reader := bufio.NewReader(connection)
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return
		}
		if strings.TrimRight(string(line), "\r\n") != "" {
			continue
		}
		if _, err := connection.Write([]byte(response)); err != nil {
			return
		}
	}
}
