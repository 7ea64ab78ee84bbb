package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"testing"
)

// A list of runs is compressed for those who accept it.
func TestListIsCompressed(t *testing.T) {
	s := New(newOptions(manyRuns(20)))
	plain := ask(t, s, "GET", "/v1/runs", "")
	if encoding := plain.header.Get("Content-Encoding"); encoding != "" {
		t.Errorf("the client did not ask for %q", encoding)
	}
	request := httptest.NewRequest("GET", "/v1/runs", nil)
	request.Host = "localhost:5000"
	request.Header.Set("Accept-Encoding", "gzip")
	zipped := record(s, request)
	if encoding := zipped.header.Get("Content-Encoding"); encoding != "gzip" {
		t.Fatalf("the encoding is %q, want gzip", encoding)
	}
	for _, got := range []answer{plain, zipped} {
		if vary := got.header.Get("Vary"); vary != "Accept-Encoding" {
			t.Errorf("a response with the encoding %q varies by %q", got.header.Get("Content-Encoding"), vary)
		}
	}
	reader, err := gzip.NewReader(bytes.NewReader(zipped.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(text, plain.body) {
		t.Errorf("unzipped it has %d bytes (%v), want the %d of the plain list", len(text), err, len(plain.body))
	}
	if most := len(plain.body) / 4; len(zipped.body) > most {
		t.Errorf("it takes %d bytes of %d, want %d at most", len(zipped.body), len(plain.body), most)
	}
}
