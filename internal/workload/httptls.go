package workload

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/aurea-orchestrator/aurea/param"
)

// tlsParameter says whom to trust over https, and who calls. Certificates are
// given as they are, not as files: a service must not read its host's files for
// whoever asks.
var tlsParameter = param.Parameter{
	Name: "tls", Type: param.Object, Doc: "whom to trust over https, and who calls",
	Members: []param.Parameter{
		{Name: "ca", Type: param.Text, Max: 1 << 20, Doc: "certificates of the authorities to trust, in PEM; the system's unless given"},
		{Name: "certificate", Type: param.Text, Max: 1 << 20, Doc: "of this client, in PEM"},
		{Name: "key", Type: param.Text, Max: 1 << 20, Doc: "of that certificate, in PEM; masked in what is kept"},
		{Name: "server_name", Type: param.Text, Max: 253, Doc: "whose certificate it must be; the URL's host unless given"},
		{Name: "skip_verify", Type: param.Boolean, Default: false, Doc: "take any certificate, which anyone in between can have made"},
	},
}

// readTLS is nil without the parameter.
func readTLS(value any) (*tls.Config, error) {
	given, ok := value.(param.Values)
	if !ok {
		return nil, nil //nolint:nilnil // which is Go's default
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	config.ServerName, _ = given["server_name"].(string)
	config.InsecureSkipVerify, _ = given["skip_verify"].(bool)
	if ca, ok := given["ca"].(string); ok {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(ca)) {
			return nil, wrongField("tls.ca", "must hold a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----")
		}
	}
	certificate, _ := given["certificate"].(string)
	key, _ := given["key"].(string)
	if (certificate == "") != (key == "") {
		return nil, wrongField("tls", "must have certificate and key together")
	}
	if certificate != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, wrongField("tls.certificate", "does not fit its key: "+err.Error())
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
