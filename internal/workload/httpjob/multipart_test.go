package httpjob

import (
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// A received part is what a server reads of a part.
type receivedPart struct{ Name, File, Type, Value string }

// Job 7 sends the parts of a form in their order. A server reads what the spec
// says: fields, files, bytes, and names with quotes and line breaks.
func TestMultipart(t *testing.T) {
	seen := make(chan []receivedPart, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen <- readParts(t, r) })
	o := runJob(t, server.URL, `{"url": "$URL", "multipart": [
		{"name": "b", "value": "job {{job}}"},
		{"name": "a \"q\"\r\nX: y", "value": "", "type": "text/plain; charset=utf-8"},
		{"name": "f", "value": "x,y\r\n--aurea", "filename": "a \"b\".csv", "type": "text/csv"},
		{"name": "f", "value_base64": "/wB7e2pvYn19gA==", "filename": "x"}
	]}`, 7)
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	want := []receivedPart{
		{"b", "", "", "job 7"},
		{"a %22q%22%0D%0AX: y", "", "text/plain; charset=utf-8", ""},
		{"f", "a %22b%22.csv", "text/csv", "x,y\r\n--aurea"},
		{"f", "x", "application/octet-stream", "\xff\x00{{job}}\x80"},
	}
	if diff := cmp.Diff(want, <-seen); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

// readParts reads the parts of a request with the standard library.
func readParts(t *testing.T, r *http.Request) (parts []receivedPart) {
	in, err := r.MultipartReader()
	if err != nil {
		t.Error(err)
		return nil
	}
	for {
		part, err := in.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Error(err)
			return parts
		}
		parts = append(parts, received(t, part))
	}
}

func received(t *testing.T, part *multipart.Part) receivedPart {
	value, err := io.ReadAll(part)
	if err != nil {
		t.Error(err)
	}
	return receivedPart{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), string(value)}
}

// Parts have the same boundary in each run with a seed, and another one with
// another seed.
func TestMultipartBoundary(t *testing.T) {
	mediaType := func(seed uint64) string {
		var r requestTemplate
		v := param.Values{"multipart": []any{param.Values{"name": "a", "value": "b"}}}
		if _, err := r.readMultipart(v, &template.Parser{Seed: seed}, files.Source{}); err != nil {
			t.Fatal(err)
		}
		return r.mediaType
	}
	if a, b := mediaType(1), mediaType(1); a != b {
		t.Errorf("seed 1 gives %q, then %q", a, b)
	}
	if a, b := mediaType(1), mediaType(2); a == b {
		t.Errorf("seeds 1 and 2 both give %q", a)
	}
}
