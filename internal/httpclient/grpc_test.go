package httpclient

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The requests of a call have its fields and their own, one after the other on
// one connection; their responses keep the trailer, as others do not.
func TestCall(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %s %s %d %q", r.Method, r.Host, r.Header["Fixed"], r.Header["Own"],
			r.Header["Te"], r.ContentLength, body)
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "7")
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	options := Options{HTTP2: true, KeepAlive: true}
	c := New(options)
	t.Cleanup(c.Close)
	call, err := options.NewCall(s.URL+"/a.B/C", Header{{Name: "Host", Value: "b.test"}, {Name: "fixed", Value: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	var r Request
	var a Response
	for i, own := range []string{"1", "", "3"} {
		call.Prepare(&r, []byte{byte('a' + i)})
		if own != "" {
			AddField(&r, "own", own)
		}
		if err := c.Do(t.Context(), &r, 1000, &a); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("POST b.test [x] [%s] [trailers] -1 %q", own, []byte{byte('a' + i)})
		if own == "" {
			want = fmt.Sprintf("POST b.test [x] [] [trailers] -1 %q", []byte{byte('a' + i)})
		}
		if diff := cmp.Diff(want, string(a.Body)); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i, diff)
		}
		if got := a.Header("grpc-status"); got != "7" {
			t.Errorf("request %d: the trailer has %q, want 7", i, got)
		}
		if a.Phases.LastByte < a.Phases.FirstByte || a.Phases.LastByte > a.Phases.FirstByte+a.Phases.Body {
			t.Errorf("request %d: phases %+v, want the last byte between the first and the end", i, a.Phases)
		}
	}
	plain, err := c.NewRequest(http.MethodGet, s.URL, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), plain, 1000, &a); err != nil {
		t.Fatal(err)
	}
	if got := a.Header("grpc-status"); got != "" {
		t.Errorf("a request of http: the response has %q of the trailer", got)
	}
}

// A call over HTTP/1.1 is refused, and so are fields that HTTP does not allow.
func TestCallIsRefused(t *testing.T) {
	if _, err := (Options{}).NewCall("http://a.test/", nil); err == nil {
		t.Error("no error without HTTP/2")
	}
	wrong := Header{{Name: "a", Value: "x\ny"}}
	if _, err := (Options{HTTP2: true}).NewCall("http://a.test/", wrong); err == nil {
		t.Error("no error for a line break in a field")
	}
}
