package httpclient

import (
	"strings"
	"testing"
)

func TestHeader(t *testing.T) {
	a, _, err := readAnswer(strings.NewReader("HTTP/1.1 200 OK: no\r\nX-Empty:\r\nX-A:  b c \r\nx-a: second\r\nX: "+
		"y\nContent-Length: 0\r\n\r\n"), false, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"x-a": "b c", "X-A": "b c", "X-Empty": "", "X": "y", "": "", "X-None": "",
		"HTTP/1.1 200 OK": "", "content-length": "0",
	} {
		if got := a.Header(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if (&Response{}).Header("x") != "" {
		t.Error("an empty response has a header")
	}
}
