package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A testCA issues certificates for the loopback interface.
type testCA struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // of its certificate
}

// newTestCA makes an authority.
func newTestCA(t *testing.T) testCA {
	t.Helper()
	ca := testCA{key: newKey(t), file: filepath.Join(t.TempDir(), "ca.pem")}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	encoded, err := x509.CreateCertificate(rand.Reader, &template, &template, ca.key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	if ca.certificate, err = x509.ParseCertificate(encoded); err != nil {
		t.Fatal(err)
	}
	writePEM(t, ca.file, "CERTIFICATE", encoded)
	return ca
}

// issue writes a certificate for 127.0.0.1 and its key into files.
func (ca testCA) issue(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key := newKey(t)
	template := x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "nats"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	encoded, err := x509.CreateCertificate(rand.Reader, &template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", encoded)
	writePEM(t, keyFile, "PRIVATE KEY", encodedKey)
	return certFile, keyFile
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, file, kind string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// With TLS a worker reaches the server whose authority it trusts, and no other;
// the service itself needs none.
func TestTLS(t *testing.T) {
	ca := newTestCA(t)
	config, err := ServerTLS(ca.issue(t))
	if err != nil {
		t.Fatal(err)
	}
	embedded := listen(t, EmbedOptions{TLS: config, Tokens: []string{"the-right-token-1"}})
	if !strings.HasPrefix(embedded.URL(), "tls://") {
		t.Errorf("the URL is %s, want tls://", embedded.URL())
	}
	hellos := subscribe(t, serverConn(t, embedded), helloSubject("*"))
	for name, url := range map[string]string{
		"tls": embedded.URL(), "nats": strings.Replace(embedded.URL(), "tls://", "nats://", 1),
	} {
		worker := connect(t, ConnectOptions{URL: url, ID: name, CA: ca.file, Token: "the-right-token-1"})
		if state, err := worker.TLSConnectionState(); err != nil || !state.HandshakeComplete {
			t.Errorf("%s: the connection is not encrypted: %v", name, err)
		}
		if err := worker.Publish(helloSubject(name), nil); err != nil {
			t.Fatal(err)
		}
		if got := next(t, hellos).Subject; got != helloSubject(name) {
			t.Errorf("%s: a hello arrives on %s", name, got)
		}
	}
	const unknown = "shows a certificate of an unknown authority"
	for name, file := range map[string]string{"the system's authorities": "", "another authority": newTestCA(t).file} {
		_, err := tryConnect(t, ConnectOptions{URL: embedded.URL(), CA: file, Token: "the-right-token-1"})
		if err == nil || !strings.Contains(err.Error(), unknown) {
			t.Errorf("%s: %v, want %q", name, err, unknown)
		}
	}
}

// A file that is no certificate is an error that names it.
func TestCertificateErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := tryConnect(t, ConnectOptions{URL: "127.0.0.1:1", CA: file})
	if want := file + " holds no certificate in PEM"; err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	if _, err := ServerTLS(file, file); err == nil {
		t.Error("a file without a certificate is taken for one")
	}
}
