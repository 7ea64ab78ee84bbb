package workload

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/aurea-orchestrator/aurea/param"
)

// TLSParameter declares which certificates to trust and to send over TLS, and
// the members that only one kind has.
// Certificates are values, not file names: a service must not read its host's
// files at the request of its callers.
func TLSParameter(doc string, own ...param.Parameter) param.Parameter {
	return param.Parameter{Name: "tls", Type: param.Object, Doc: doc, Members: append([]param.Parameter{
		{
			Name: "ca", Type: param.Text, Max: 1 << 20,
			Doc: "certificates of the authorities to trust, in PEM; the system's unless given",
		},
		{
			Name: "certificate", Type: param.Text, Max: 1 << 20,
			Doc: "of this client, in PEM",
		},
		{
			Name: "key", Type: param.Text, Max: 1 << 20,
			Doc: "of that certificate, in PEM; masked in what is kept",
		},
		{
			Name: "server_name", Type: param.Text, Max: 253,
			Doc: "whose certificate it must be; the target's host unless given",
		},
		{
			Name: "skip_verify", Type: param.Boolean, Default: false,
			Doc: "take any certificate, which anyone in between can have made",
		},
	}, own...)}
}

// NewTLSConfig reads a TLSParameter; nil if it is not given.
func NewTLSConfig(v param.Values) (*tls.Config, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // selects Go's default
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: v.Text("server_name"), InsecureSkipVerify: v.Boolean("skip_verify"),
	}
	if v.Has("ca") {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(v.Text("ca"))) {
			return nil, param.Invalid("tls.ca",
				"must hold a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----")
		}
	}
	certificate, key := v.Text("certificate"), v.Text("key")
	if (certificate == "") != (key == "") {
		return nil, param.Invalid("tls", "must have certificate and key together")
	}
	if certificate != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, param.Invalid("tls.certificate", "does not fit its key: %v", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
