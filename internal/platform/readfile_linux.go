package platform

import (
	"os"
	"strconv"
	"strings"
)

// readFile returns the trimmed content of a file. It is "" if the file cannot be
// read.
func readFile(file string) string {
	content, _ := os.ReadFile(file) // an absent file is empty
	return strings.TrimSpace(string(content))
}

// readNumber returns the number that a file holds. It reports false if the file
// is absent or holds something else, such as "max".
func readNumber(file string) (int64, bool) {
	n, err := strconv.ParseInt(readFile(file), 10, 64)
	return n, err == nil
}
