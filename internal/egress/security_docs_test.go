package egress

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// securitySection returns the section of docs/security.md below a heading.
func securitySection(t *testing.T, heading string) string {
	t.Helper()
	content, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(content), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/security.md has no %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n#")
	return text
}

var inBackticks = regexp.MustCompile("`([^`]+)`")

// The rules in the documentation are valid.
func TestTargetsInDocs(t *testing.T) {
	shown := 0
	for _, line := range strings.Split(securitySection(t, "## The allowlist of targets"), "\n") {
		column, isRow := strings.CutPrefix(line, "| `")
		if !isRow {
			continue
		}
		column, _, _ = strings.Cut("`"+column, " |")
		for _, match := range inBackticks.FindAllStringSubmatch(column, -1) {
			shown++
			allowlistOf(t, match[1])
		}
	}
	if shown < 9 {
		t.Errorf("found only %d rules; is there still a table?", shown)
	}
}

// The documentation lists all special networks and the refused spellings.
func TestRefusalsInDocs(t *testing.T) {
	text := securitySection(t, "### Addresses that stay refused")
	for _, s := range specialNetworks {
		network := s.network.String()
		if s.network.IsSingleIP() {
			network = s.network.Addr().String()
		}
		if !strings.Contains(text, network) {
			t.Errorf("docs/security.md does not list %s", network)
		}
	}
	spellings := inBackticks.FindAllStringSubmatch(text, -1)
	for _, match := range spellings {
		if address, err := readHost(match[1]); err == nil || address.String() != "127.0.0.1" {
			t.Errorf("%s is read as %v: %v", match[1], address, err)
		}
	}
	if len(spellings) < 6 {
		t.Errorf("only %d spellings found", len(spellings))
	}
}
