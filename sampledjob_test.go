package aurea

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Every row is a message and what is kept of it.
func TestNewSampledMessage(t *testing.T) {
	long := strings.Repeat("a", MaxSampledBody-1)
	for _, test := range []struct {
		name  string
		kept  string
		bytes int64
		want  SampledMessage
	}{
		{"no body", "", 0, SampledMessage{}},
		{"text", "hé\n", 4, SampledMessage{Body: "hé\n"}},
		{"not text", "\x1f\x8b\x08\xff", 4, SampledMessage{Binary: true}},
		{"text that ends within a rune", "h\xc3", 2, SampledMessage{Binary: true}},
		{"a kept part", "abc", 9, SampledMessage{Body: "abc", Cut: true}},
		{"a part that ends within a rune", "ab\xe2\x82", 9, SampledMessage{Body: "ab", Cut: true}},
		{"a long body", long + "é and more", MaxSampledBody + 11, SampledMessage{Body: long, Cut: true}},
	} {
		test.want.Headers, test.want.Bytes = []string{"A: 1"}, test.bytes
		got := NewSampledMessage([]string{"A: 1"}, []byte(test.kept), test.bytes)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// A job of any requests takes a bounded size, and counts what it leaves out.
func TestSampledJobIsBounded(t *testing.T) {
	var fields []string
	for i := range 1000 {
		fields = append(fields, fmt.Sprintf("X-%d: %s", i, strings.Repeat("é", 5000)))
	}
	message := NewSampledMessage(fields, bytes.Repeat([]byte("x"), 1<<20), 1<<20)
	var job SampledJob
	for range 50 {
		job.Add(Exchange{URL: "http://a/" + strings.Repeat("b", 1<<20), Request: message,
			Response: &SampledResponse{200, message}}, nil)
	}
	size := 0
	for _, e := range job.Exchanges {
		size += e.size()
	}
	if limit := 4 * maxSampledJob; size > limit {
		t.Errorf("the job takes %d bytes, want at most %d", size, limit)
	}
	if got := len(job.Exchanges) + int(job.Omitted); got != 50 {
		t.Errorf("%d requests are kept or counted, want 50", got)
	}
	for _, field := range job.Exchanges[0].Request.Headers {
		if !utf8.ValidString(field) {
			t.Fatalf("a field is cut within a rune: %q", field[len(field)-8:])
		}
	}
	var small SampledJob
	for range maxSampledExchanges + 3 {
		small.Add(Exchange{URL: "http://a/"}, nil)
	}
	if len(small.Exchanges) != maxSampledExchanges || small.Omitted != 3 {
		t.Errorf("%d kept and %d omitted, want %d and 3", len(small.Exchanges), small.Omitted, maxSampledExchanges)
	}
}

// Every row is a body or a field, and what the mask makes of it.
func TestMaskExchange(t *testing.T) {
	secrets := NewSecrets(map[string]string{"KEY": "s3cr3t/ofmine"})
	for _, test := range []struct{ kind, given, want string }{
		{"", `{"user": "ann", "password": "a\"b", "n": 1}`, `{"user": "ann", "password": "***", "n": 1}`},
		{"", `{"token":12345,"tokens":["a","b"],"session":{"id":"x"},"id":7}`,
			`{"token":"***","tokens":"***","session":"***","id":7}`},
		{"", `{"a": "b", "access_token": "cut of`, `{"a": "b", "access_token": "***"`},
		{"", `<a href="/x?access_token=abc&amp;n=1">`, `<a href="/x?access_token=***&amp;n=1">`},
		{"", "see s3cr3t/ofmine and s3cr3t%2Fofmine", "see *** and ***"},
		{"", base64.StdEncoding.EncodeToString([]byte("me:s3cr3t/ofmine")), "bWU6***Q=="},
		{"", "user=ann&password=x&n=1", "user=ann&password=***&n=1"},
		{"", "token=x&n=1", "token=***&n=1"},
		{"", `ok token="x y" n=1`, `ok token="***" n=1`},
		{"", `{"got": "{\"secret\":\"x\",\"n\":1}", "form": "pwd=x&n=1"}`,
			`{"got": "{\"secret\":\"***\",\"n\":1}", "form": "pwd=***&n=1"}`},
		{"", "--b\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\nx\r\ny\r\n--b\r\n" +
			"Content-Disposition: form-data; name=\"note\"\r\nContent-Type: text/plain\r\n\r\nz\r\n--b--\r\n",
			"--b\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\n***\r\n--b\r\n" +
				"Content-Disposition: form-data; name=\"note\"\r\nContent-Type: text/plain\r\n\r\nz\r\n--b--\r\n"},
		{"cut", "a s3cr3t/of", "a ***"},
		{"header", "Authorization: Bearer x", "Authorization: ***"},
		{"header", "set-cookie: a=b; Path=/", "set-cookie: ***"},
		{"header", "Location: /cb?code=1&token=x", "Location: /cb?code=1&token=***"},
		{"header", "Referer: https://u:p@b/", "Referer: https://u:***@b/"},
		{"header", "X-Plain: s3cr3t/ofmine", "X-Plain: ***"},
		{"header", "Content-Type: text/plain; charset=utf-8", "Content-Type: text/plain; charset=utf-8"},
		{"url", "http://u:p@a/s3cr3t%2Fofmine?sig=x&n=1", "http://u:***@a/***?sig=***&n=1"},
	} {
		e := Exchange{Response: &SampledResponse{200, SampledMessage{Headers: []string{""}}}}
		m := &e.Response.SampledMessage
		switch test.kind {
		case "header":
			m.Headers[0] = test.given
		case "url":
			e.URL = test.given
		default:
			m.Body, m.Cut = test.given, test.kind == "cut"
		}
		masked := e.Mask(secrets)
		got := masked.Response.Body
		switch test.kind {
		case "header":
			got = masked.Response.Headers[0]
		case "url":
			got = masked.URL
		}
		if got != test.want {
			t.Errorf("%s %s is masked as %s, want %s", test.kind, test.given, got, test.want)
		}
		if again := masked.Mask(secrets); cmp.Diff(masked, again) != "" {
			t.Errorf("%s %s: masking again changes it", test.kind, test.given)
		}
	}
}

// base64 of a secret is masked wherever it stands in the encoded text.
func TestMaskBase64(t *testing.T) {
	const value = "s3cr3t-of-mine"
	secrets := NewSecrets(map[string]string{"KEY": value})
	for before := range 7 {
		for after := range 7 {
			text := strings.Repeat("u", before) + value + strings.Repeat("v", after)
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
				masked := secrets.Mask(encoding.EncodeToString([]byte(text)))
				if !strings.Contains(masked, Masked) {
					t.Errorf("base64 of %s is shown as %s", text, masked)
				}
			}
		}
	}
}
