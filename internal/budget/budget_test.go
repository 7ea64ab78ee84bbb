package budget

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// What does not fit is refused with the numbers, and takes nothing.
func TestTakeBeyondTheLimit(t *testing.T) {
	b := New(10 << 20)
	if err := b.Take(8<<20, "a body"); err != nil {
		t.Fatal(err)
	}
	err := b.Take(3<<20, "a page")
	if !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("Take: %v, want an ErrUnavailable", err)
	}
	const words = "a page needs 3 MiB of memory, and the requests under way hold 8 MiB of the 10 MiB"
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("Take: %v, want %q in it", err, words)
	}
	if held, _, refused := b.Usage(); held != 8<<20 || refused != 1 {
		t.Errorf("%d bytes are held after %d refusals, want %d after 1", held, refused, 8<<20)
	}
	b.Give(8 << 20)
	if err := b.Take(10<<20, "a page"); err != nil {
		t.Errorf("when all is given back: %v", err)
	}
}

// However many take at once, never more than the limit is held.
func TestTakeAtOnce(t *testing.T) {
	const limit, each = 1000, 7
	b := New(limit)
	var takers sync.WaitGroup
	for range 8 {
		takers.Go(func() {
			for range 2000 {
				if b.Take(each, "it") != nil {
					continue
				}
				b.Give(each)
			}
		})
	}
	takers.Wait()
	if held, _, _ := b.Usage(); held != 0 {
		t.Errorf("%d bytes are held at the end, want 0", held)
	}
}

// The nil budget refuses nothing.
func TestNoBudget(t *testing.T) {
	var b *Budget
	if err := b.Take(1<<60, "it"); err != nil {
		t.Error(err)
	}
	b.Give(1 << 60)
	if held, limit, refused := b.Usage(); held != 0 || limit != 0 || refused != 0 {
		t.Errorf("%d of %d bytes are held after %d refusals, want none of it", held, limit, refused)
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB", 512 << 20: "512 MiB", 1 << 62: "4 EiB"} {
		if got := Size(bytes); got != want {
			t.Errorf("Size(%d) = %s, want %s", bytes, got, want)
		}
	}
}
