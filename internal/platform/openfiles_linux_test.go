package platform

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// The limit is what the kernel lists for this process.
func TestOpenFileLimit(t *testing.T) {
	content, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := strings.Cut(string(content), "Max open files")
	fields := strings.Fields(line)
	if !found || len(fields) == 0 {
		t.Fatalf("no limit of open files in %s", content)
	}
	want, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		want = 1 << 62 // unlimited
	}
	if got := OpenFileLimit(); got != want {
		t.Errorf("%d files may be open, want %d", got, want)
	}
}
