package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"

	"github.com/nats-io/nats.go"
)

// addTLS adds whom to trust and the client's certificate. The connection is
// encrypted if the server or a URL asks for it, if a certificate is given, or if
// a secret would leave this machine.
func (o ConnectOptions) addTLS(options *nats.Options, addresses []*url.URL) error {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pool, err := readCertificates(o.CA)
		if err != nil {
			return err
		}
		config.RootCAs = pool
	}
	if o.Cert != "" || o.Key != "" {
		certificate, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return fmt.Errorf("read the client's certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	options.TLSConfig = config
	options.Secure = o.CA != "" || o.Cert != ""
	for _, address := range addresses {
		_, password := address.User.Password()
		secret := o.Token != "" || password || address.User.Username() != ""
		if address.Scheme == "tls" || secret && !o.Insecure && !isLoopback(address.Hostname()) {
			options.Secure = true
		}
	}
	return nil
}

// readCertificates reads the certificates of a file in PEM.
func readCertificates(file string) (*x509.CertPool, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	return pool, nil
}

// isLoopback reports whether a host is this machine by its name or address.
func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}
