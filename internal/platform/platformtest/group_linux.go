package platformtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// AwaitGroupEnd waits until no process of a group runs, which takes a moment
// after a kill. It fails the test after a minute.
func AwaitGroupEnd(t testing.TB, group int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); len(running(t, group)) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("of group %d, %v still run", group, running(t, group))
		}
	}
}

// running lists the processes of a group, without those that have ended and
// wait to be reaped.
func running(t testing.TB, group int) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		content, _ := os.ReadFile(file) // the process may have ended meanwhile
		name, rest, ok := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest) // state, parent, group, …
		if ok && fields[0] != "Z" && fields[0] != "X" && fields[2] == strconv.Itoa(group) {
			found = append(found, name)
		}
	}
	return found
}
