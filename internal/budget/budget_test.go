package budget

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A reservation beyond the limit is refused with the numbers and reserves
// nothing.
func TestReserveBeyondTheLimit(t *testing.T) {
	b := New(10 << 20)
	if err := b.Reserve(8<<20, "a body"); err != nil {
		t.Fatal(err)
	}
	err := b.Reserve(3<<20, "a page")
	if !errors.Is(err, aurea.ErrUnavailable) {
		t.Errorf("Reserve: %v, want an ErrUnavailable", err)
	}
	const words = "a page needs 3 MiB of memory, and the requests under way hold 8 MiB of the 10 MiB"
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("Reserve: %v, want %q in it", err, words)
	}
	if held, _, refused := b.Usage(); held != 8<<20 || refused != 1 {
		t.Errorf("%d bytes are held after %d refusals, want %d after 1", held, refused, 8<<20)
	}
	b.Release(8 << 20)
	if err := b.Reserve(10<<20, "a page"); err != nil {
		t.Errorf("Reserve after everything was released: %v", err)
	}
}

// Concurrent reservations and releases add up to 0.
func TestReserveConcurrently(t *testing.T) {
	const limit, each = 1000, 7
	b := New(limit)
	var takers sync.WaitGroup
	for range 8 {
		takers.Go(func() {
			for range 2000 {
				if b.Reserve(each, "it") != nil {
					continue
				}
				b.Release(each)
			}
		})
	}
	takers.Wait()
	if held, _, _ := b.Usage(); held != 0 {
		t.Errorf("%d bytes are held after all were released, want 0", held)
	}
}

// The nil Budget refuses nothing.
func TestNilBudget(t *testing.T) {
	var b *Budget
	if err := b.Reserve(1<<60, "it"); err != nil {
		t.Error(err)
	}
	b.Release(1 << 60)
	held, limit, refused := b.Usage()
	if got := [3]int64{held, limit, refused}; got != [3]int64{} {
		t.Errorf("held, limit and refused are %v, want zeros", got)
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB",
		512 << 20: "512 MiB", 1 << 62: "4 EiB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("Size(%d) = %s, want %s", bytes, got, want)
		}
	}
}
