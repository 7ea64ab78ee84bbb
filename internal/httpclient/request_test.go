package httpclient

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestRequestOnTheWire(t *testing.T) {
	for name, test := range map[string]struct {
		method, url string
		header      http.Header
		body        string
		options     Options
		want        string
	}{
		"plain": {method: "GET", url: "http://Example.Test",
			want: "GET / HTTP/1.1\r\nHost: Example.Test\r\nUser-Agent: UA\r\n\r\n"},
		"with a query alone": {method: "GET", url: "http://a:81?b",
			want: "GET /?b HTTP/1.1\r\nHost: a:81\r\nUser-Agent: UA\r\n\r\n"},
		"escaped": {method: "GET", url: "http://a/b%20c/%2F?d e=ü#f",
			want: "GET /b%20c/%2F?d%20e=%C3%BC HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\n\r\n"},
		"two slashes": {method: "GET", url: "http://a//b",
			want: "GET //b HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\n\r\n"},
		"an address's zone": {method: "GET", url: "http://[fe80::1%25lo]:80/",
			want: "GET / HTTP/1.1\r\nHost: [fe80::1]:80\r\nUser-Agent: UA\r\n\r\n"},
		"headers in order": {method: "DELETE", url: "http://a",
			header: http.Header{"X-B": {"1", "2"}, "X-A": {" 3\t"}, "user-agent": {"me"}, "Host": {"b"}},
			want:   "DELETE / HTTP/1.1\r\nHost: b\r\nX-A: 3\r\nX-B: 1\r\nX-B: 2\r\nuser-agent: me\r\n\r\n"},
		"no agent": {method: "GET", url: "http://a", header: http.Header{"User-Agent": {""}},
			want: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
		"a body": {method: "POST", url: "http://a",
			header: http.Header{"Content-Length": {"2"}, "Content-Type": {"x/y"}}, body: "hi",
			want: "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\nContent-Length: 2\r\nContent-Type: x/y\r\n\r\nhi"},
		"no body": {method: "POST", url: "http://a",
			want: "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\nContent-Length: 0\r\n\r\n"},
		"a body where few do": {method: "GET", url: "http://a", body: "hi",
			want: "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\nContent-Length: 2\r\n\r\nhi"},
		"closing": {method: "GET", url: "http://a", header: http.Header{"Connection": {"close"}},
			want: "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\nConnection: close\r\n\r\n"},
		"closing anyway": {method: "GET", url: "http://a", header: http.Header{"Connection": {"keep-alive"}},
			options: Options{KeepAlive: false},
			want:    "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: UA\r\nConnection: close\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			test.options.KeepAlive = name != "closing anyway"
			r := prepare(t, client(t, test.options), test.method, test.url, test.header, test.body)
			want := strings.Replace(test.want, "User-Agent: UA", "User-Agent: "+userAgent(), 1)
			if diff := gocmp.Diff(want, string(r.wire)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// NewRequest copies the body, so the caller may change it afterwards.
func TestRequestCopiesTheBody(t *testing.T) {
	body := []byte("hello")
	r, err := client(t, Options{}).NewRequest("POST", "http://a", nil, body)
	if err != nil {
		t.Fatal(err)
	}
	copy(body, "other")
	if !bytes.HasSuffix(r.wire, []byte("\r\n\r\nhello")) {
		t.Errorf("got %q", r.wire)
	}
}

func TestRequestsRefused(t *testing.T) {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, test := range map[string]struct {
		method, url string
		header      http.Header
		says        string
	}{
		"no method":             {"", "http://a", nil, "must be a method "},
		"two methods":           {"GET /x", "http://a", nil, "must be a method "},
		"a tunnel":              {"CONNECT", "http://a", nil, "must be a method "},
		"no url":                {"GET", "", nil, "no url"},
		"no scheme":             {"GET", "a/b", nil, "no url"},
		"another scheme":        {"GET", "ftp://a/b", nil, "no url"},
		"no host":               {"GET", "http:///b", nil, "no url"},
		"a port alone":          {"GET", "http://:80/b", nil, "no url"},
		"opaque":                {"GET", "http:a", nil, "no url"},
		"a line end in the url": {"GET", "http://a/\r\nX: y", nil, "control character"},
		"a user":                {"GET", "http://u:p@a/", nil, "Authorization"},
		"port 0":                {"GET", "http://a:0/", nil, "no port"},
		"too large a port":      {"GET", "http://a:65536/", nil, "no port"},
		"a host in Unicode":     {"GET", "http://ü.test/", nil, "ASCII"},
		"a space in the host":   {"GET", "http://a%20b/", nil, ""},
		"a name with a line":    {"GET", "http://a", header("X\r\nY", "z"), "no name of a header"},
		"no name":               {"GET", "http://a", header("", "z"), "no name of a header"},
		"a value with a line":   {"GET", "http://a", header("X", "y\r\nZ: z"), "cannot have the value"},
		"a value with LF":       {"GET", "http://a", header("X", "y\nZ: z"), "cannot have the value"},
		"a value with NUL":      {"GET", "http://a", header("X", "y\x00"), "cannot have the value"},
		"a Host with a line":    {"GET", "http://a", header("Host", "b\r\nX: y"), "cannot have the value"},
		"a Host with a space":   {"GET", "http://a", header("Host", "b c"), "no host"},
		"another length":        {"GET", "http://a", header("content-length", "7"), "Content-Length"},
		"a coding":              {"GET", "http://a", header("transfer-encoding", "chunked"), "Transfer-Encoding"},
		"an upgrade":            {"GET", "http://a", header("Connection", "Upgrade"), "Connection"},
	} {
		for _, version2 := range []bool{false, true} {
			_, err := client(t, Options{HTTP2: version2}).NewRequest(test.method, test.url, inOrder(test.header), nil)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: got the error %v, want one that says %q", name, err, test.says)
			}
		}
	}
}

// The target of a request depends only on its URL.
func TestTargets(t *testing.T) {
	for rawURL, want := range map[string]string{
		"http://A.test/x":            "http://a.test:80",
		"https://a.test":             "https://a.test:443",
		"https://a.test:80":          "https://a.test:80",
		"HTTP://127.0.0.1":           "http://127.0.0.1:80",
		"http://[::ffff:127.0.0.1]/": "http://[::ffff:127.0.0.1]:80",
		"http://[::1]:8080":          "http://[::1]:8080",
	} {
		r := prepare(t, client(t, Options{}), "GET", rawURL, http.Header{"Host": {"b"}}, "")
		if r.target.key != want || r.target.secure != strings.HasPrefix(want, "https") {
			t.Errorf("%s has the target %+v, want %s", rawURL, r.target, want)
		}
	}
}

// net/http reads what is written as the same request, and as only one.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "http://a.test/b?c=d", "X-Y", "z", []byte(nil))
	f.Add("POST", "http://[::1]:80//b%2f c?\xff d", "Host", "b.test:1", []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add("PUT", "http://a?b#c", "User-Agent", "", []byte("x"))
	f.Add("G\rT", "https://a/\x01", "A:", "\r\n", []byte("x"))
	f.Add("HEAD", "http://a/%zz", "Connection", "close", []byte{})
	f.Add("OPTIONS", "http://a/*?*", "Content-Length", "0", []byte{})
	f.Fuzz(func(t *testing.T, method, rawURL, name, value string, body []byte) {
		r, err := New(Options{KeepAlive: true}).NewRequest(method, rawURL, Header{{name, value}}, body)
		if err != nil {
			return
		}
		in := bufio.NewReader(bytes.NewReader(r.wire))
		got, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("net/http does not read %q: %v", r.wire, err)
		}
		u, err := url.Parse(rawURL)
		if err != nil {
			t.Fatal(err)
		}
		if wantPath := cmp.Or(u.EscapedPath(), "/"); got.Method != method || got.URL.EscapedPath() != wantPath {
			t.Errorf("%q is read as %s %s, want %s %s", r.wire, got.Method, got.URL.EscapedPath(), method, wantPath)
		}
		if want, err := url.PathUnescape(u.RawQuery); err == nil {
			if have, err := url.PathUnescape(got.URL.RawQuery); err != nil || have != want {
				t.Errorf("the query %q is read as %q", want, have)
			}
		}
		if got.URL.Fragment != "" || got.URL.User != nil {
			t.Errorf("%q is read with %q", r.wire, got.URL)
		}
		if read, err := io.ReadAll(got.Body); err != nil || !bytes.Equal(read, body) {
			t.Errorf("the body %q is read as %q, %v", body, read, err)
		}
		name = http.CanonicalHeaderKey(name)
		if !slices.Contains([]string{"Host", "Content-Length", "Connection"}, name) {
			if want := strings.Trim(value, " \t"); got.Header.Get(name) != want {
				t.Errorf("the header %s: %q is read as %q", name, want, got.Header.Get(name))
			}
		}
		for read := range got.Header {
			if !slices.Contains([]string{name, "User-Agent", "Content-Length"}, read) {
				t.Errorf("%q has an unexpected header %s", r.wire, read)
			}
		}
		if _, err := in.ReadByte(); err != io.EOF {
			t.Errorf("%q is read as more than one request", r.wire)
		}
	})
}
