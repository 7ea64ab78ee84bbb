package grpcjob

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// serveTLS starts a server with TLS and returns its authority in PEM. Its
// certificate is for example.com and 127.0.0.1.
func serveTLS(t testing.TB) (s server, authority string) {
	t.Helper()
	lender := httptest.NewUnstartedServer(nil)
	lender.StartTLS()
	defer lender.Close()
	s = serve(t, grpc.Creds(credentials.NewServerTLSFromCert(&lender.TLS.Certificates[0])))
	block := pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}
	return s, string(pem.EncodeToMemory(&block))
}

// TLS is spoken if the spec says so, and certificates are verified.
func TestTLS(t *testing.T) {
	s, authority := serveTLS(t)
	trusted := fmt.Sprintf(`"ca": %q`, authority)
	for name, test := range map[string]struct{ tls, want string }{
		"trusted":      {trusted, ""},
		"named":        {trusted + `, "server_name": "example.com"`, ""},
		"not verified": {`"skip_verify": true`, ""},
		"another name": {trusted + `, "server_name": "other.test"`, "not other.test"},
		"not trusted":  {``, "certificate signed by unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			w := call(t, s.target, "UnaryCall", `"tls": {`+test.tls+`}`)
			if test.want != "" {
				if got := openError(t, w); !strings.Contains(got, test.want) {
					t.Errorf("%q, want %q", got, test.want)
				}
				return
			}
			o := runJob(t, s, "UnaryCall", `"tls": {`+test.tls+`}`)
			if o.Err != nil {
				t.Fatal(o.Err)
			}
			if o.Phases["tls"] <= 0 {
				t.Errorf("phases %v, want tls", o.Phases)
			}
		})
	}
}

// A plaintext call to a server with TLS is refused by the server.
func TestPlaintextToTLS(t *testing.T) {
	s, _ := serveTLS(t)
	got := openError(t, call(t, s.target, "UnaryCall", ""))
	if want := "UNAVAILABLE"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
