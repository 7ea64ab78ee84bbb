package workload

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// awaitGone waits until a group has no process any more that runs, which takes a
// moment after it was killed; a minute is only a safety net.
func awaitGone(t *testing.T, group int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); len(running(t, group)) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("of group %d, %v still run", group, running(t, group))
		}
	}
}

// running lists the processes of a group, but those that only wait for somebody
// to take note of their end.
func running(t *testing.T, group int) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		content, _ := os.ReadFile(file) // which has gone meanwhile, then
		name, rest, ok := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest) // state, parent, group, …
		if ok && fields[0] != "Z" && fields[0] != "X" && fields[2] == strconv.Itoa(group) {
			found = append(found, name)
		}
	}
	return found
}
