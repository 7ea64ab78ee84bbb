package platform

import (
	"regexp"
	"testing"
)

// The id of the boot is a UUID, and stays the same.
func TestBootID(t *testing.T) {
	id := BootID()
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("the boot is %q, want a UUID", id)
	}
	if again := BootID(); again != id {
		t.Errorf("the boot is %q, then %q", id, again)
	}
}
