package platform

import (
	"os"
	"testing"
)

// Mapped memory has the size that was asked for, is zero and can be written.
func TestMapMemory(t *testing.T) {
	pages := 3
	words, unmap, err := MapMemory(pages * os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	defer unmap()
	if want := pages * os.Getpagesize() / wordSize; len(words) != want {
		t.Fatalf("%d words were mapped, want %d", len(words), want)
	}
	for i, word := range words {
		if word != 0 {
			t.Fatalf("word %d is %#x, want 0", i, word)
		}
		words[i] = uint64(i)
	}
	for i, word := range words {
		if word != uint64(i) {
			t.Fatalf("word %d is %#x after %#x was written", i, word, i)
		}
	}
}
