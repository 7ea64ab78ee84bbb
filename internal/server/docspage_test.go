package server

import "testing"

// The API reference loads nothing from other hosts and lists every operation.
func TestBrowserDocs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: a browser takes seconds")
	}
	b := visit(t, host(t, finishingFake())+"/docs", 0)
	b.until(`document.getElementById("schema-Run") !== null`)
	for _, r := range routes {
		text := b.text("#" + r.id + " summary code")
		if want := r.method + " " + r.path; text != want {
			t.Errorf("%s is shown as %q, want %q", r.id, text, want)
		}
	}
}
