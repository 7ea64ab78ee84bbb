//go:build !linux

package platformtest

import "testing"

// AwaitGroupEnd skips the test: processes are listed from /proc.
func AwaitGroupEnd(t testing.TB, _ int) {
	t.Helper()
	t.Skip("processes are looked for in /proc")
}
