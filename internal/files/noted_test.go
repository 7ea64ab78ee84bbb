package files

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A log has each file that was opened once, and no other. A file of it opens as long
// as it is what it was.
func TestNoted(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		write(t, directory, name, "of "+name)
	}
	s, log := in(t, directory).Noted()
	for _, name := range []string{"b", "a", "b", "none", "c"} {
		limit := int64(4)
		if name == "c" {
			limit = 3 // it is refused
		}
		_, _ = s.Read(name, limit)
	}
	var names []string
	for _, f := range log.Files() {
		names = append(names, f.Name)
	}
	if want := []string{"b", "a"}; !slices.Equal(names, want) {
		t.Fatalf("the log has %q, want %q", names, want)
	}
	b := log.Files()[0]
	opened, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(opened)
	_ = opened.Close()
	if string(content) != "of b" || b.Size != 4 {
		t.Errorf("b has %q and %d bytes", content, b.Size)
	}
	if err := os.Chtimes(filepath.Join(directory, "b"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	const changed = `names "b", which has changed since the run was accepted`
	if _, err := b.Open(); err == nil || err.Error() != changed {
		t.Errorf("%v, want %s", err, changed)
	}
}

// Copies have the names of the originals, paths included, and nothing else.
func TestCopies(t *testing.T) {
	path := write(t, t.TempDir(), "0", "content")
	s := Copies(map[string]string{"../dir/a.csv": path})
	if content, err := s.Read("../dir/a.csv", 100); err != nil || string(content) != "content" {
		t.Errorf("got %q and %v", content, err)
	}
	const missing = `names "0", which was not sent with the run: file does not exist`
	if _, err := s.Read("0", 100); err == nil || err.Error() != missing {
		t.Errorf("%v, want %s", err, missing)
	}
}
