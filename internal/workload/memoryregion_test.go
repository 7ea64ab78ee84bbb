package workload

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// Both orders have each number below n once. The shuffled one is not sorted.
func TestOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, seed := rapid.Uint64Range(1, 5000).Draw(t, "n"), rapid.Uint64().Draw(t, "seed")
		straight, shuffled := slices.Collect(inOrder(n, seed)), slices.Collect(shuffled(n, seed))
		if n > 20 && slices.Equal(straight, shuffled) {
			t.Fatal("the shuffled order is sorted")
		}
		slices.Sort(shuffled)
		if uint64(len(straight)) != n {
			t.Fatalf("inOrder yields %d numbers, want %d", len(straight), n)
		}
		if !slices.Equal(straight, shuffled) {
			t.Fatalf("shuffled yields other numbers than inOrder: %v", shuffled)
		}
	})
}

// Consecutive numbers of the shuffled order are near each other no more often
// than random ones.
func TestShuffledIsFarApart(t *testing.T) {
	const n = 1 << 16
	var before uint64
	near := 0
	for i := range shuffled(n, 7) {
		if distance := max(i, before) - min(i, before); distance < 64 {
			near++
		}
		before = i
	}
	if near > 2*2*64 { // 128 expected
		t.Errorf("%d of %d numbers are near the one before, want about 128", near, n)
	}
}

// newTestRegion returns a region of 40 pages.
func newTestRegion(t testing.TB, random bool) region {
	t.Helper()
	words, free, err := platform.MapMemory(40 * os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(free)
	return region{ctx: t.Context(), words: words, random: random, key: 0x1234567}
}

// touch writes the first word of each page. write and read visit all bytes. A
// wrong bit changes the sum.
func TestRegion(t *testing.T) {
	for _, random := range []bool{false, true} {
		r := newTestRegion(t, random)
		bytes := int64(len(r.words) * wordBytes)
		if err := r.touch(); err != nil {
			t.Fatal(err)
		}
		for i, word := range r.words {
			want := uint64(0)
			if i*wordBytes%os.Getpagesize() == 0 {
				want = r.key
			}
			if word != want {
				t.Fatalf("word %d is %#x after touch, want %#x", i, word, want)
			}
		}
		if written, err := r.write(); err != nil || written != bytes {
			t.Fatalf("write = %d, %v, want %d bytes", written, err, bytes)
		}
		read, sum, err := r.read()
		if err != nil || read != bytes {
			t.Fatalf("read = %d, %v, want %d bytes", read, err, bytes)
		}
		if sum != r.sum() {
			t.Fatalf("read returns the sum %#x, want %#x", sum, r.sum())
		}
		r.words[12345] ^= 1 << 40
		if _, sum, _ := r.read(); sum == r.sum() {
			t.Error("a wrong bit does not change the sum")
		}
	}
}

func TestRegionStopsWhenCancelled(t *testing.T) {
	r := newTestRegion(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.ctx = ctx
	if written, err := r.write(); written != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("write = %d, %v, want 0, %v", written, err, context.Canceled)
	}
}
