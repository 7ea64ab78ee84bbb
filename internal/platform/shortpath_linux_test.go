package platform

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A socket at a path that is too long for the system can be listened on and
// called.
func TestShortPath(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "s")
	short, release, err := ShortPath(path)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	listener, err := net.Listen("unix", short)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the socket is elsewhere: %v", err)
	}
	other, releaseOther, err := ShortPath(path)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseOther()
	conn, err := net.Dial("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if same, _, err := ShortPath("/tmp/s"); same != "/tmp/s" {
		t.Errorf("a short path becomes %q: %v", same, err)
	}
}
