//go:build !linux

package workload

import "testing"

func awaitGone(t *testing.T, _ int) { t.Skip("processes are looked for in /proc") }
