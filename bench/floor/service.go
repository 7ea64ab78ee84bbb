package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	clientCore  = "0"
	serviceCore = "1"
	plainAt     = "127.0.0.1:18775"
	secureAt    = "127.0.0.1:18776"
	fastAt      = "127.0.0.1:18777" // the service that only answers
)

// configuration makes nginx answer with a few bytes, from one worker.
const configuration = `daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  ssl_certificate certificate.pem; ssl_certificate_key key.pem; ssl_protocols TLSv1.3;
  server { listen ` + plainAt + ` backlog=4096; location / { return 200 "hello, world"; } }
  server { listen ` + secureAt + ` ssl http2 backlog=4096; location / { return 200 "hello, world"; } }
}
`

// startNginx starts nginx, and returns how to stop it.
func startNginx() (stop func(), err error) {
	directory, err := os.MkdirTemp("", "nginx")
	if err != nil {
		return nil, err
	}
	if err := writeCertificate(directory); err != nil {
		return nil, err
	}
	file := filepath.Join(directory, "nginx.conf")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	stopNginx, err := startService(plainAt, "nginx", "-p", directory, "-c", file)
	if err != nil {
		_ = os.RemoveAll(directory)
		return nil, err
	}
	return func() {
		stopNginx()
		_ = os.RemoveAll(directory)
	}, nil
}

// startService starts a program on the service's core. It returns when that accepts
// connections, and how to stop it.
func startService(address string, program ...string) (stop func(), err error) {
	command := exec.Command("taskset", append([]string{"-c", serviceCore}, program...)...)
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
	}
	for range 100 {
		if connection, err := net.Dial("tcp", address); err == nil {
			return stop, connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return nil, fmt.Errorf("%s does not accept connections on %s: %s", program[0], address, stderr.String())
}

// writeCertificate writes a certificate for the service's address, and its key.
func writeCertificate(directory string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(0, 0, 1),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{
		"certificate.pem": {Type: "CERTIFICATE", Bytes: certificate},
		"key.pem":         {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(filepath.Join(directory, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}
