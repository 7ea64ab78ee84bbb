package httpjob

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recordRequests starts a server that records each request byte for byte, and
// closes the connection after its response.
func recordRequests(t *testing.T) (url string, requests <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	seen := make(chan string, 1)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			seen <- readOne(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_ = c.Close()
		}
	}()
	return "http://" + listener.Addr().String(), seen
}

// readOne reads one request whose body, if it has one, ends with a full stop.
func readOne(c net.Conn) string {
	var all []byte
	for buffer := make([]byte, 64<<10); ; {
		n, err := c.Read(buffer)
		all = append(all, buffer[:n]...)
		head, body, whole := bytes.Cut(all, []byte("\r\n\r\n"))
		if err != nil || whole && (!bytes.Contains(head, []byte("ength: ")) || bytes.HasSuffix(body, []byte("."))) {
			return string(all)
		}
	}
}

// longBody is a body that does not fit the buffer of a socket.
var longBody = strings.Repeat("0123456789abcdef", 50_000)

// wireRequests are parameters and the bytes that job 7 sends. Parameters may
// begin with a path of the URL.
var wireRequests = map[string]struct{ parameters, want string }{
	"a header in two cases": {
		`"headers": {"X-A": "1", "x-a": "2", "User-Agent": "me"}`,
		"GET / HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\nX-A: 1\r\nx-a: 2\r\n\r\n",
	},
	"a header with a list of values": {
		`"headers": {"x-tag": ["b", "a", "b"], "User-Agent": "me"}`,
		"GET / HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\nx-tag: b\r\nx-tag: a\r\nx-tag: b\r\n\r\n",
	},
	"headers in an order": {
		`"headers": ["x-z: 1", "USER-agent: me", "X-a:2", "x-Z:  3 : 4 ", "X-Job: {{job}}"]`,
		"GET / HTTP/1.1\r\nHost: $HOST\r\nx-z: 1\r\nUSER-agent: me\r\nX-a: 2\r\nx-Z: 3 : 4\r\nX-Job: 7\r\n\r\n",
	},
	"an own host": {
		`"headers": ["User-Agent: me", "hOST: a.test:1", "X: "]`,
		"GET / HTTP/1.1\r\nhOST: a.test:1\r\nUser-Agent: me\r\nX: \r\n\r\n",
	},
	"no User-Agent": {
		`"headers": {"user-agent": ""}`,
		"GET / HTTP/1.1\r\nHost: $HOST\r\n\r\n",
	},
	"a header that is not ASCII": {
		`"headers": {"User-Agent": "me", "X": "ü"}`,
		"GET / HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\nX: ü\r\n\r\n",
	},
	"a path": {
		`"path": "/a//b/../%2f%41;x=1?q=a+b&c=%20&&d#e", "headers": {"User-Agent": "me"}`,
		"GET /a//b/../%2f%41;x=1?q=a+b&c=%20&&d HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\n\r\n",
	},
	"a path with fields": {
		`"path": "/{{choice a/b a/b}}/{{raw choice c/d;e c/d;e}}", "headers": {"User-Agent": "me"}`,
		"GET /a%2Fb/c/d;e HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\n\r\n",
	},
	"a body": {
		`"body": " {\"b\": 1,\n\t\"a\": \"\u00fc{{job}}{{{{\"}.", ` +
			`"headers": ["content-TYPE: a/b", "User-Agent: me"]`,
		"POST / HTTP/1.1\r\nHost: $HOST\r\ncontent-TYPE: a/b\r\nUser-Agent: me\r\nContent-Length: 25\r\n\r\n" +
			" {\"b\": 1,\n\t\"a\": \"ü7{{\"}.",
	},
	"a length": {
		`"body": "four.", "headers": ["content-length: 5", "User-Agent: me"]`,
		"POST / HTTP/1.1\r\nHost: $HOST\r\ncontent-length: 5\r\nUser-Agent: me\r\n\r\nfour.",
	},
	"a method": {
		`"method": "PURGE", "headers": {"User-Agent": "me"}`,
		"PURGE / HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\n\r\n",
	},
	"a long body": {
		`"body": "` + longBody + `.", "headers": {"User-Agent": "me"}`,
		"POST / HTTP/1.1\r\nHost: $HOST\r\nUser-Agent: me\r\nContent-Length: 800001\r\n\r\n" +
			longBody + ".",
	},
}

// A request is sent byte for byte as the spec writes it: headers in their order,
// case and number, and the URL and the body without changes.
func TestHTTPOnTheWire(t *testing.T) {
	url, requests := recordRequests(t)
	host := strings.TrimPrefix(url, "http://")
	for name, test := range wireRequests {
		t.Run(name, func(t *testing.T) {
			path, rest := "/", test.parameters
			if given, ok := strings.CutPrefix(rest, `"path": "`); ok {
				path, rest, _ = strings.Cut(given, `", `)
			}
			o := runJob(t, url, `{"url": "$URL`+path+`", `+rest+`}`, 7)
			if o.Err != nil {
				t.Fatal(o.Err)
			}
			want := strings.ReplaceAll(test.want, "$HOST", host)
			got := <-requests
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("request (-want +got):\n%.2000s", diff)
			}
			if o.Counters["bytes_out"] != int64(len(got)) {
				t.Errorf("bytes_out is %d, want %d", o.Counters["bytes_out"], len(got))
			}
		})
	}
}
