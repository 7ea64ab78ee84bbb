package format

import (
	"strings"
	"testing"
)

// The output does not depend on how a document is split into writes.
func TestJSONEscapeWriterAcceptsAnySplit(t *testing.T) {
	const document = "{\"é\u202e\U000e0041😀\u009b\x7f\":1}\n"
	const want = "{\"é\\u202e\\udb40\\udc41😀\\u009b\\u007f\":1}\n"
	for cut := range len(document) {
		var out strings.Builder
		w := NewJSONWriter(&out)
		for _, part := range []string{document[:cut], document[cut:]} {
			n, err := w.Write([]byte(part))
			if err != nil {
				t.Fatal(err)
			}
			if n != len(part) {
				t.Fatalf("wrote %d bytes of %d", n, len(part))
			}
		}
		if out.String() != want {
			t.Fatalf("split at %d: %q, want %q", cut, out.String(), want)
		}
	}
}
