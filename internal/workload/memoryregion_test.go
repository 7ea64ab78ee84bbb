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

// In either order every number comes once; shuffled ones do not come in order.
func TestOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, seed := rapid.Uint64Range(1, 5000).Draw(t, "n"), rapid.Uint64().Draw(t, "seed")
		straight, shuffled := slices.Collect(inOrder(n, seed)), slices.Collect(shuffled(n, seed))
		if n > 20 && slices.Equal(straight, shuffled) {
			t.Fatal("not shuffled")
		}
		slices.Sort(shuffled)
		if uint64(len(straight)) != n || !slices.Equal(straight, shuffled) {
			t.Fatalf("%d numbers, want each below %d", len(shuffled), n)
		}
	})
}

// A neighbour in the order is a neighbour in memory as seldom as chance has it.
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
		t.Errorf("%d of %d steps are to a neighbour", near, n)
	}
}

func someMemory(t testing.TB, random bool) region {
	t.Helper()
	words, free, err := platform.MapMemory(40 * os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(free)
	return region{ctx: t.Context(), words: words, random: random, key: 0x1234567}
}

// All of the memory is touched, written and read, and one wrong word is noticed.
func TestRegion(t *testing.T) {
	for _, random := range []bool{false, true} {
		r := someMemory(t, random)
		bytes := int64(len(r.words) * wordBytes)
		if err := r.touch(); err != nil {
			t.Fatal(err)
		}
		for i, word := range r.words {
			if want := map[bool]uint64{true: r.key}[i*wordBytes%os.Getpagesize() == 0]; word != want {
				t.Fatalf("word %d is %#x after the touch, want %#x", i, word, want)
			}
		}
		if written, err := r.write(); err != nil || written != bytes {
			t.Fatalf("%d bytes written, %v, want %d", written, err, bytes)
		}
		if read, sum, err := r.read(); err != nil || read != bytes || sum != r.sum() {
			t.Fatalf("%d bytes read, %v, sum %#x, want %d, %#x", read, err, sum, bytes, r.sum())
		}
		r.words[12345] ^= 1 << 40
		if _, sum, _ := r.read(); sum == r.sum() {
			t.Error("a wrong bit is not noticed")
		}
	}
}

func TestRegionStops(t *testing.T) {
	r := someMemory(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.ctx = ctx
	if written, err := r.write(); written != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d bytes written, %v", written, err)
	}
}
