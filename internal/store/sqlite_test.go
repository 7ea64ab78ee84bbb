package store

import (
	"database/sql"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// modernc.org/sqlite is C code translated for one version of modernc.org/libc
// and breaks with any other, which "go get -u" would install.
func TestLibcIsThePinnedOne(t *testing.T) {
	t.Parallel()
	list := func(format string, args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "go",
			append([]string{"list", "-m", "-f", format}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	have := list("{{.Version}}", "modernc.org/libc")
	file := list("{{.GoMod}}", "modernc.org/sqlite")
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`"modernc.org/libc",\s*"Version": "([^"]+)"`).FindSubmatch(out)
	if want == nil || have != string(want[1]) {
		t.Errorf("modernc.org/libc is %s and modernc.org/sqlite wants %s", have, want)
	}
}

func TestSQLiteIsNewEnough(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := checkSQLiteVersion(t.Context(), db); err != nil {
		t.Error(err)
	}
	for version, fine := range map[string]bool{
		"3.51.2": false, "3.51.3": true, "3.9.99": false, "4.0.0": true,
		"3.52.0": true, "?": false,
	} {
		if err := checkMinVersion(version); (err == nil) != fine {
			t.Errorf("%s: %v", version, err)
		}
	}
}
