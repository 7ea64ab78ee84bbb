// Command slow is a service that answers every request after 200 ms, so that a
// client needs a connection for each request of the last 200 ms.
package main

import (
	"bytes"
	"io"
	"log"
	"net"
	"os"
	"time"
)

const (
	wait   = 200 * time.Millisecond
	answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: slow ADDRESS")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection)
	}
}

// serve answers requests without a body, one after the other.
func serve(connection net.Conn) {
	defer connection.Close()
	request := make([]byte, 1024)
	for read := 0; ; {
		n, err := connection.Read(request[read:])
		if err != nil {
			return
		}
		if read += n; !bytes.HasSuffix(request[:read], []byte("\r\n\r\n")) {
			continue
		}
		read = 0
		time.Sleep(wait)
		if _, err := io.WriteString(connection, answer); err != nil {
			return
		}
	}
}
