package template

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Functions change texts, which may have fields and functions.
func TestFunctions(t *testing.T) {
	sum := func(text string) []byte {
		s := sha256.Sum256([]byte(text))
		return s[:]
	}
	mac := func(key, text string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.UTC)
	long := strings.Repeat("k", 65)
	for text, want := range map[string]string{
		"{{base64 a:b c}}":                            "YTpiIGM=",
		"<{{ base64  {{user}}:{{job}} }}>":            "<YWxpY2U6Nw==>",
		"{{base64url ?>~}}{{base64 ?>~}}":             "Pz5-Pz5+",
		"{{sha256 abc}}":                              hex.EncodeToString(sum("abc")),
		"{{sha256_base64 {{job}}}}":                   base64.StdEncoding.EncodeToString(sum("7")),
		"{{hmac_sha256 key {{job}}.{{user}}}}":        hex.EncodeToString(mac("key", "7.alice")),
		"{{hmac_sha256 {{user}}{{int 5 5}} a b}}":     hex.EncodeToString(mac("alice5", "a b")),
		"{{hmac_sha256 " + long + " x}}":              hex.EncodeToString(mac(long, "x")),
		"{{hmac_sha256 " + long[1:] + " x}}":          hex.EncodeToString(mac(long[1:], "x")),
		"{{hmac_sha256_base64 k {{base64 {{job}}}}}}": base64.StdEncoding.EncodeToString(mac("k", "Nw==")),
		"{{timestamp}} {{timestamp s}}":               "1767323045 1767323045",
		"{{timestamp ms}} {{timestamp us}}":           "1767323045678 1767323045678901",
		"{{timestamp ns}}":                            "1767323045678901234",
		"{{timestamp rfc3339}}":                       "2026-01-02T03:04:05.678Z",
		"{{timestamp http}}":                          "Fri, 02 Jan 2026 03:04:05 GMT",
		"{{base64 {a}}}":                              "e2E=}",
	} {
		parser := Parser{Captured: []string{"user"}}
		parsed, err := parser.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		in := Input{Job: 7, Now: now.UnixNano(), Captured: []string{"alice"}}
		if got := parsed.Render(in, nil); got != want {
			t.Errorf("%s renders to %s, want %s", text, got, want)
		}
		if got, want := parser.UsesTime(), strings.Contains(text, "timestamp"); got != want {
			t.Errorf("%s: UsesTime = %v, want %v", text, got, want)
		}
		line := make([]byte, 0, 1024)
		if n := testing.AllocsPerRun(10, func() { line = parsed.Append(line[:0], in, AppendQuery) }); n != 0 {
			t.Errorf("%s: Append makes %v allocations", text, n)
		}
	}
}

func TestWrongFunctions(t *testing.T) {
	deep := strings.Repeat("{{base64 ", 6) + "x" + strings.Repeat("}}", 6)
	for text, want := range map[string]string{
		"{{base64}}":            "has {{base64}} without a text, such as {{base64 {{job}}}}",
		"{{hmac_sha256 k}}":     "has {{hmac_sha256}} without a key and a text, such as {{hmac_sha256 KEY {{job}}}}",
		"{{base64 {{jb}}}}":     "has {{jb}}, which is not a field; ",
		"{{base64 {{job}}":      "has {{ without }}",
		"{{hmac_sha256 {{x}} y": "has {{ without }}",
		"{{timestamp h}}":       "has {{timestamp h}}: there are s, ms, us, ns, rfc3339 and http",
		"{{timestamp a b}}":     "has {{timestamp a b}}, which is not a field; ",
		deep:                    "has more than 5 functions within each other",
	} {
		if _, err := (&Parser{}).Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// In JSON, fields are unquoted and their values quoted, so that any value leaves
// the document one.
func TestJSONTemplates(t *testing.T) {
	value := "a\"b\\c\n\x01\t<é> \xff"
	for text, want := range map[string]string{
		`{"v": "{{v}}"}`:                toValid(value),
		`{"v": "{{base64 \"{{v}}\"}}"}`: base64.StdEncoding.EncodeToString([]byte(`"` + value + `"`)),
		`{"v": "{{choice a\\b a\\b}}"}`: `a\b`,
		`{"v": "x{{{{\"{{raw job}}"}`:   `x{{"0`,
	} {
		parsed, err := (&Parser{Captured: []string{"v"}}).ParseJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ V string }
		rendered := parsed.Render(Input{Captured: []string{value}}, AppendJSON)
		if err := json.Unmarshal([]byte(rendered), &got); err != nil || got.V != want {
			t.Errorf("%s renders to %s (%v), want v to be %q", text, rendered, err, want)
		}
	}
}

// FuzzAppendJSON holds AppendJSON to encoding/json: any value within quotes is
// the value again.
func FuzzAppendJSON(f *testing.F) {
	f.Add("a\"\\\n\x00\u2028\xff<")
	f.Fuzz(func(t *testing.T, value string) {
		var got string
		quoted := append(AppendJSON([]byte{'"'}, []byte(value)), '"')
		if err := json.Unmarshal(quoted, &got); err != nil || got != toValid(value) {
			t.Errorf("%q is quoted as %s, which is %q (%v)", value, quoted, got, err)
		}
	})
}

// toValid replaces each byte that is not UTF-8 by U+FFFD.
func toValid(value string) string { return string([]rune(value)) }
