package platform

import (
	"os"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/platform/platformtest"
)

// A terminal has its width; a pipe has none.
func TestTerminalWidth(t *testing.T) {
	terminal := platformtest.OpenTerminal(t, 132, 24).File
	if got := TerminalWidth(terminal); got != 132 {
		t.Errorf("a terminal of 132 columns has %d", got)
	}
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	defer to.Close()
	if got := TerminalWidth(to); got != 0 {
		t.Errorf("a pipe has %d columns", got)
	}
}
