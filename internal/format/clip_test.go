package format

import "testing"

func TestClipMiddle(t *testing.T) {
	for text, want := range map[string]string{
		"worker": "worker", "123456789012": "123456789012",
		"aurea-worker-7c9f8b6d5-x2x4z": "aure…5-x2x4z",
		"ü\x1bü":                       `ü\x1bü`,
	} {
		if got := ClipMiddle(text, 12); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
