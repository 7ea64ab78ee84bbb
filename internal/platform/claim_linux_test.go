package platform

import (
	"fmt"
	"os"
	"testing"
)

// A name can be claimed once, and again after it was released.
func TestClaimName(t *testing.T) {
	name := fmt.Sprint("aurea-test-", os.Getpid())
	release, ok := ClaimName(name)
	if !ok {
		t.Fatal("a new name is taken")
	}
	if _, ok := ClaimName(name); ok {
		t.Error("a claimed name was claimed again")
	}
	other, ok := ClaimName(name + "-other")
	if !ok {
		t.Fatal("another name is taken")
	}
	other()
	release()
	release, ok = ClaimName(name)
	if !ok {
		t.Fatal("a released name is taken")
	}
	release()
}
