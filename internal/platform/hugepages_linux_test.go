package platform

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// The kernel is asked for huge pages in all of the slice's whole pages, and in
// no others.
func TestPreferHugePages(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("this kernel has no huge pages of its own accord")
	}
	memory := make([]uint64, 8<<20/wordSize)
	PreferHugePages(memory[1 : len(memory)-1])
	page := os.Getpagesize() / wordSize
	for _, tc := range []struct {
		index int
		huge  bool
	}{{0, false}, {page, true}, {len(memory) / 2, true}, {len(memory) - page - 1, true}, {len(memory) - 1, false}} {
		if flags := flagsOf(t, &memory[tc.index]); strings.Contains(flags, " hg") != tc.huge {
			t.Errorf("the mapping of word %d has the flags %s; huge pages %v are wanted", tc.index, flags, tc.huge)
		}
	}
	runtime.KeepAlive(memory)
}

// Slices without a whole page are left alone.
func TestPreferHugePagesOfLittle(t *testing.T) {
	PreferHugePages([]byte(nil))
	PreferHugePages(make([]byte, 1))
}

// flagsOf returns the kernel's flags of the mapping that contains a word.
func flagsOf(t *testing.T, word *uint64) string {
	t.Helper()
	address := uintptr(unsafe.Pointer(word))
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(smaps)) {
		var first, end uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &first, &end); n == 2 {
			inside = first <= address && address < end
		}
		if flags, found := strings.CutPrefix(line, "VmFlags:"); found && inside {
			return flags
		}
	}
	t.Fatal("the word is in no mapping")
	return ""
}
