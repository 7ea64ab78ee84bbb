package grpcjob

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// What is wrong with the parameters alone is refused without a server.
func TestParameters(t *testing.T) {
	const good = `"target": "127.0.0.1:1", "method": "a.B/C"`
	for text, want := range map[string]string{
		`"target": "localhost", "method": "a.B/C"`: "target: must be a host and a port such as " +
			`localhost:50051; got "localhost"`,
		`"target": "http://localhost:1", "method": "a.B/C"`: "target: must be a host and a port such as " +
			`localhost:50051; got "http://localhost:1"`,
		`"target": "192.0.2.1:1", "method": "a.B/C"`: `target: must not call "192.0.2.1": ` +
			"this service may call nothing but loopback; the operator can allow it with --allow-target 192.0.2.1",
		`"target": "127.0.0.1:1", "method": "C"`: "method: must be written as package.Service/Method; " +
			`got "C"`,
		`"target": "127.0.0.1:1", "method": "a.B/C/D"`: "method: must be written as package.Service/Method; " +
			`got "a.B/C/D"`,
		`"target": "127.0.0.1:1", "method": "/a.B/C"`: "",
		`"target": "127.0.0.1:1", "method": "a.B.C"`:  "",
		good + `, "message": "hello"`: "message: must be an object, the JSON of the method's type; " +
			`got "hello"`,
		good + `, "message": [{}, 1]`: "message[1]: must be an object, the JSON of the method's type; got 1",
		good + `, "metadata": {"grpc-timeout": "1S"}`: "metadata.grpc-timeout: must be a name of " +
			"a-z 0-9 _ . - that does not begin with grpc-",
		good + `, "metadata": {"TE": "gzip"}`: "metadata.TE: cannot be given: it is a header of HTTP " +
			"that only the client sets",
		good + `, "metadata": {"a-bin": "?"}`: "metadata.a-bin: must be base64, as its name ends in -bin: " +
			"illegal base64 data at input byte 0",
		good + `, "metadata": {"a": "ä"}`: "metadata.a: must have only printable ASCII characters; " +
			"names of other values end in -bin",
		good + `, "connections": 11`: "connections: must be at most 10 on this host, " +
			"see --max-connections; got 11",
		good + `, "tls": {"ca": "x"}`: "tls.ca: must hold a certificate in PEM, " +
			"which begins with -----BEGIN CERTIFICATE-----",
	} {
		if want != "" {
			want = "workload." + want
		}
		w := aurea.Workload{Kind: "grpc", Parameters: workloadtest.Parse(t, "{"+text+"}")}
		if got := workloadtest.Refusal(with(workload.Policy{MaxConnections: 10}), w, 1); got != want {
			t.Errorf("%s\n%s\nwant %s", text, got, want)
		}
	}
}
