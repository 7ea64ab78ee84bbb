package httpclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The lines of a request have the caller's fields and the client's own, without
// those that HTTP/2 has in place of the first line.
func TestHeaderLines(t *testing.T) {
	t.Parallel()
	header := Header{{"User-Agent", "me"}, {"X-B", "1"}, {"X-A", "2"}, {"X-A", "3"}}
	for name, test := range map[string]struct {
		options Options
		want    []string
	}{
		"HTTP/1.1": {Options{KeepAlive: true},
			[]string{"Host: a", "User-Agent: me", "X-B: 1", "X-A: 2", "X-A: 3", "Content-Length: 7"}},
		"HTTP/2": {Options{HTTP2: true},
			[]string{"user-agent: me", "x-b: 1", "x-a: 2", "x-a: 3", "content-length: 7"}},
	} {
		request, err := test.options.NewRequest("POST", "http://a/", header, []byte("A: b\r\nC"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, request.HeaderLines()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	response := &Response{head: []byte("HTTP/1.1 200 OK\r\nA: b\r\nC:d\r\n\r\n")}
	if diff := cmp.Diff([]string{"A: b", "C:d"}, response.HeaderLines()); diff != "" {
		t.Errorf("the response (-want +got):\n%s", diff)
	}
}
