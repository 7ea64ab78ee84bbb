package files

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// write writes a file and returns its path.
func write(t *testing.T, directory, name, content string) string {
	t.Helper()
	path := filepath.Join(directory, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// in returns the files of a directory.
func in(t *testing.T, directory string) Source {
	t.Helper()
	s, err := In(directory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.root.Close() })
	return s
}

// A directory has its files by name, and no others: not by a path, by a link that
// leaves it, or what is no regular file.
func TestIn(t *testing.T) {
	around := t.TempDir()
	directory := filepath.Join(around, "files")
	if err := os.MkdirAll(filepath.Join(directory, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	secret := write(t, around, "secret", "no")
	write(t, directory, "a", "\x00\xffA\n")
	write(t, directory, "empty", "")
	write(t, directory, "sub/b", "no")
	for link, to := range map[string]string{"inside": "a", "outside": "../secret", "absolute": secret} {
		if err := os.Symlink(to, filepath.Join(directory, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(directory, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := in(t, directory)
	for name, want := range map[string]string{"a": "\x00\xffA\n", "empty": "", "inside": "\x00\xffA\n"} {
		if content, err := s.Read(name, 4); err != nil || string(content) != want {
			t.Errorf("%s: got %q and the error %v, want %q", name, content, err, want)
		}
	}
	const byName = "must be the name of a file in the directory of --files, without a path; got "
	for name, want := range map[string]string{
		"":              "must be the name of a file",
		"a\x00":         "must be the name of a file",
		".":             byName + `"."`,
		"..":            byName + `".."`,
		"../secret":     byName + `"../secret"`,
		"sub/b":         byName + `"sub/b"`,
		`sub\b`:         byName + `"sub\\b"`,
		secret:          byName,
		"missing":       `names "missing", which cannot be opened: no such file or directory`,
		"outside":       `names "outside", which cannot be opened: `,
		"absolute":      `names "absolute", which cannot be opened: `,
		"sub":           `names "sub", which cannot be opened: it is no regular file`,
		"pipe":          `names "pipe", which cannot be opened: it is no regular file`,
		"long" + "\xff": `names "long\xff", which cannot be opened`,
	} {
		_, err := s.Read(name, 4)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", name, err, want)
		} else if strings.Contains(err.Error(), around) && name != secret {
			t.Errorf("%q: the error names the directory: %v", name, err)
		}
	}
	if _, err := s.Read("a", 3); err == nil || err.Error() != `names "a", which has 4 bytes; the most is 3` {
		t.Errorf("a file beyond the limit: %v", err)
	}
}

// Under a directory are files by paths relative to it, and by absolute ones.
func TestUnder(t *testing.T) {
	directory := t.TempDir()
	path := write(t, directory, "a", "content")
	s := Under(filepath.Join(directory, "sub"))
	for _, name := range []string{"../a", path} {
		if content, err := s.Read(name, 100); err != nil || string(content) != "content" {
			t.Errorf("%s: got %q and the error %v", name, content, err)
		}
		if size, err := s.Size(name, 100); err != nil || size != 7 {
			t.Errorf("%s: got the size %d and the error %v", name, size, err)
		}
	}
}

// The zero Source has no file, and says who can give it some.
func TestNone(t *testing.T) {
	_, err := Source{}.Size("a", 1)
	const want = "names a file, and this service has none; the operator can give it a directory with --files"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
