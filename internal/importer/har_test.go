package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all wants every request.
func all(string) bool { return true }

// A HAR with wrong entries is refused, with the place of the first.
func TestHARErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "1:1: is not JSON: it ends too early",
		"{\"log\": {\n \"entries\":": "2:12: is not JSON: it ends too early",
		"{\n nope}": "2:2: is not JSON: " +
			"invalid character 'n' looking for beginning of object key string",

		`{"a": 1}`:                   "1:1: is no HAR, which has a member log with entries",
		`{"log": {"entries": [{}]}}`: "log.entries[0]: has no request",
		`{"log": {"entries": [{"request": {"url": "http://"}}]}}`: "log.entries[0].request.url: must be a URL; " +
			`got "http://"`,
		`{"log": {"entries": [{"request": {"url": "http://h/",
			"postData": {"text": "é", "encoding": "base64"}}}]}}`: "log.entries[0].request.postData.text: " +
			"must be base64: illegal base64 data at input byte 0",
	} {
		if _, _, err := HAR(text, all); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// Requests that are not of http are counted, and those that are not wanted are
// left out.
func TestHARChooses(t *testing.T) {
	const text = `{"log": {"entries": [{"request": {"url": "data:x"}},
		{"request": {"url": "http://h/a", "method": "GET"}},
		{"request": {"url": "wss://h/"}}, {"request": {"url": "https://h/b", "method": "GET"}}]}}`
	requests, left, err := HAR(text, func(url string) bool { return url != "http://h/a" })
	if err != nil {
		t.Fatal(err)
	}
	if left != 2 {
		t.Errorf("%d requests are left out, want 2", left)
	}
	if diff := cmp.Diff([]Request{{Method: "GET", URL: "https://h/b"}}, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Any text is refused or gives requests that make a spec.
func FuzzHAR(f *testing.F) {
	f.Add(`{"log": {"entries": [{"request": {"method": "POST", "url": "http://u:p@h/?a=b#c", "headers": [
		{"name": ":path", "value": "/"}, {"name": "Host", "value": "h"}],
		"postData": {"mimeType": "multipart/form-data", "params": [
		{"name": "a", "value": "b", "fileName": "c", "contentType": "d"}]}}}]}}`)
	f.Add(`{"log": {"entries": [{"request": {"url": "http://h",
		"postData": {"text": "/w==", "encoding": "base64"}}}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		requests, _, err := HAR(text, all)
		if err == nil && len(requests) > 0 && len(requests) <= maxRequests {
			if _, err := WriteSpec("a HAR", Session, requests); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
