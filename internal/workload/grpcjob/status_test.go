package grpcjob

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/reflection"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// serveRaw starts a server whose UnaryCall is the given handler. Only server
// reflection is gRPC's.
func serveRaw(t testing.TB, unary http.HandlerFunc) server {
	t.Helper()
	s := grpc.NewServer()
	testgrpc.RegisterTestServiceServer(s, new(service))
	reflection.Register(s)
	h := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/UnaryCall") {
			unary(w, r)
		} else {
			s.ServeHTTP(w, r)
		}
	}))
	h.Config.Protocols = new(http.Protocols)
	h.Config.Protocols.SetUnencryptedHTTP2(true)
	h.Start()
	t.Cleanup(h.Close)
	return server{target: h.Listener.Addr().String()}
}

// A response that is none of gRPC gets the status that the protocol gives it.
func TestResponsesAgainstTheProtocol(t *testing.T) {
	respond := func(httpStatus int, body string, trailer ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			w.WriteHeader(httpStatus)
			_, _ = w.Write([]byte(body))
			for i := 0; i < len(trailer); i += 2 {
				w.Header().Set(http.TrailerPrefix+trailer[i], trailer[i+1])
			}
		}
	}
	const empty = "\x00\x00\x00\x00\x00"
	for name, test := range map[string]struct {
		handler        http.HandlerFunc
		class, message string
	}{
		"ok": {respond(200, empty, "Grpc-Status", "0"), "", ""},
		"no status": {respond(200, empty), "grpc_internal",
			"the call ended with INTERNAL: the response has no status of gRPC; its HTTP status is 200 OK"},
		"not found": {respond(404, ""), "grpc_unimplemented",
			"the call ended with UNIMPLEMENTED: the response has no status of gRPC; its HTTP status is 404 Not Found"},
		"unauthorized": {respond(401, ""), "grpc_unauthenticated", "the call ended with UNAUTHENTICATED: " +
			"the response has no status of gRPC; its HTTP status is 401 Unauthorized"},
		"bad gateway": {respond(502, "<html>"), "grpc_unavailable", "the call ended with UNAVAILABLE: " +
			"the response has no status of gRPC; its HTTP status is 502 Bad Gateway"},
		"status with an escaped message": {respond(200, "", "Grpc-Status", "9", "Grpc-Message", "50%25 of%20it"),
			"grpc_failed_precondition", "the call ended with FAILED_PRECONDITION: 50% of it"},
		"status that is no number": {respond(200, empty, "Grpc-Status", "OK"), "grpc_unknown",
			`the call ended with UNKNOWN: the response has the status "OK", which is no number`},
		"no message": {respond(200, "", "Grpc-Status", "0"), "message",
			"the response has 0 messages; a method that does not stream has one"},
		"two messages": {respond(200, empty+empty, "Grpc-Status", "0"), "grpc_internal",
			"the call ended with INTERNAL: the response has more than one message"},
		"message that ends early": {respond(200, "\x00\x00\x00\x00\x05ab", "Grpc-Status", "0"), "grpc_internal",
			"the call ended with INTERNAL: the response ends within its message"},
		"prefix that ends early": {respond(200, "\x00\x00", "Grpc-Status", "0"), "grpc_internal",
			"the call ended with INTERNAL: the response ends within the prefix of its message"},
		"compressed": {respond(200, "\x01\x00\x00\x00\x00", "Grpc-Status", "0"), "grpc_internal",
			"the call ended with INTERNAL: the response is compressed, for which it was not asked"},
		"stream that is reset": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"grpc_internal",
			"the call ended with INTERNAL: waiting for the answer: the server reset the stream: INTERNAL_ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			o := runJob(t, serveRaw(t, test.handler), "UnaryCall", "")
			if o.Class() != test.class {
				t.Errorf("class %q, want %q", o.Class(), test.class)
			}
			if got := workloadtest.Message(o.Err); got != test.message {
				t.Errorf("error %q, want %q", got, test.message)
			}
		})
	}
}

// Codes of resets and of HTTP are as the protocol has them.
func TestCodes(t *testing.T) {
	for code, want := range map[http2.ErrCode]string{
		http2.ErrCodeRefusedStream: "UNAVAILABLE", http2.ErrCodeCancel: "CANCELLED",
		http2.ErrCodeEnhanceYourCalm: "RESOURCE_EXHAUSTED", http2.ErrCodeInadequateSecurity: "PERMISSION_DENIED",
		http2.ErrCodeProtocol: "INTERNAL",
	} {
		if got := codeName(codeOfReset(uint32(code))); got != want {
			t.Errorf("%v is %s, want %s", code, got, want)
		}
	}
	for code, want := range map[int]string{
		400: "INTERNAL", 403: "PERMISSION_DENIED", 429: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "UNAVAILABLE",
		418: "UNKNOWN",
	} {
		if got := codeName(codeOfHTTP(code)); got != want {
			t.Errorf("%d is %s, want %s", code, got, want)
		}
	}
}

// A request is what the protocol asks for: no length, one deadline, and the
// metadata of its own job.
func TestRequestOfTheProtocol(t *testing.T) {
	var seen []http.Header
	var host string
	var length int64
	s := serveRaw(t, func(w http.ResponseWriter, r *http.Request) {
		seen, host, length = append(seen, r.Header), r.Host, r.ContentLength
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Grpc-Status", "5") // without a body, so there is no trailer
	})
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", `"authority": "shop.test",
		"metadata": {"id": "job {{job}}", "key-bin": "{{base64 {{job}}}}", "fixed": "a"},
		"expect": {"code": "NOT_FOUND"}`))
	for job := range int64(2) {
		if o := workloadtest.Run(t, jobs, job, time.Minute); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	if host != "shop.test" || length != -1 {
		t.Errorf("authority %q and length %d, want shop.test and none", host, length)
	}
	for job, header := range seen {
		timeout := header.Get("Grpc-Timeout")
		limit, err := time.ParseDuration(strings.Replace(timeout, "u", "us", 1))
		if err != nil || limit <= 50*time.Second || limit > time.Minute {
			t.Errorf("job %d has the timeout %q, want just below 1 minute", job, timeout)
		}
		header.Del("Grpc-Timeout")
		header.Del("User-Agent")
		want := http.Header{
			"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "Fixed": {"a"},
			"Id": {"job " + string(rune('0'+job))}, "Key-Bin": {[]string{"MA", "MQ"}[job]},
		}
		if diff := cmp.Diff(want, header); diff != "" {
			t.Errorf("job %d (-want +got):\n%s", job, diff)
		}
	}
}

// A traced job sends its traceparent, unless the user's metadata has one.
func TestTraceparent(t *testing.T) {
	s := serve(t)
	parent := workload.NewTraceparent(aurea.Trace{ID: [16]byte{1}}, 7)
	for more, want := range map[string]string{``: parent.Send(), `"metadata": {"traceparent": "mine"}`: "mine"} {
		jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", more))
		ctx := workload.NewJobContext(t.Context()).Until(time.Now().Add(time.Minute)).TracedAs(parent)
		if err := jobs.Runner.Run(ctx, 0, workload.NewJobMetrics(jobs.Metrics)); err != nil {
			t.Fatal(err)
		}
		sent, _ := s.last()
		if diff := cmp.Diff([]string{want}, sent["traceparent"]); diff != "" {
			t.Errorf("with %q (-want +got):\n%s", more, diff)
		}
	}
}

// The name that the certificate must have is that of the authority, as clients
// of gRPC have it, unless the spec names one.
func TestAuthorityOfTLS(t *testing.T) {
	s, authority := serveTLS(t)
	trusted := fmt.Sprintf(`"tls": {"ca": %q}, `, authority)
	o := runJob(t, s, "UnaryCall", trusted+`"authority": "example.com:443"`)
	if o.Err != nil {
		t.Errorf("with a name of the certificate: %v", o.Err)
	}
	got := openError(t, call(t, s.target, "UnaryCall", trusted+`"authority": "other.test"`))
	if want := "not other.test"; !strings.Contains(got, want) {
		t.Errorf("with another name: %q, want %q", got, want)
	}
}

// Timeouts have at most 8 digits, and are never shorter than asked.
func TestAppendTimeout(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0n", 0: "0n", 99_999_999: "99999999n", 100_000_001: "100001u", time.Minute: "60000000u",
		100 * time.Second: "100000m", 28 * time.Hour: "100800S", 1 << 62: "99999999S",
	} {
		if got := string(appendTimeout(nil, d)); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
