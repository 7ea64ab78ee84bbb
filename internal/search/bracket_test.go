package search

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// runs runs a bracket to its end. It returns the loads in order and the ends.
func runs(t *rapid.T, b *bracket, holds func(load float64) bool) (loads []float64, good, bad float64) {
	for {
		load, ok := b.next()
		if !ok {
			good, bad = b.ends()
			return loads, good, bad
		}
		if load < b.from || load > b.to {
			t.Fatalf("it runs %v, which is not within %v and %v", load, b.from, b.to)
		}
		if loads = append(loads, load); len(loads) > 500 {
			t.Fatalf("it does not end: %v", loads)
		}
		b.add(load, holds(load))
	}
}

// Law: if a load holds exactly up to a limit, the ends enclose the limit, both
// were run twice, and they are as near as asked.
func TestBracketEnclosesTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		from := float64(rapid.IntRange(1, 1000).Draw(t, "from"))
		to := from * float64(rapid.IntRange(1, 1000).Draw(t, "factor"))
		precision := rapid.SampledFrom([]float64{0.005, 0.03, 0.5}).Draw(t, "precision")
		limit := rapid.Float64Range(from/2, 2*to).Draw(t, "limit")
		b := newBracket(from, to, precision, whole)
		loads, good, bad := runs(t, b, func(load float64) bool { return load <= limit })
		if want := limit >= from; (good > 0) != want {
			t.Fatalf("limit %v: %v holds", limit, good)
		}
		if want := limit < to; (bad > 0) != want {
			t.Fatalf("limit %v: %v fails", limit, bad)
		}
		if good > limit || bad > 0 && bad <= limit {
			t.Fatalf("limit %v is not between %v and %v", limit, good, bad)
		}
		near := bad/good <= 1+precision || whole && bad == good+1 || bad-good <= good*0.0011
		if good > 0 && bad > 0 && !near {
			t.Fatalf("limit %v: %v and %v are too far apart", limit, good, bad)
		}
		for _, end := range []float64{good, bad} {
			if v := b.votes[end]; end > 0 && v.held+v.failed != 2 {
				t.Fatalf("%v was run %+v times", end, v)
			}
		}
		if len(loads) > 40 {
			t.Fatalf("limit %v of %v to %v took %d runs", limit, from, to, len(loads))
		}
	})
}

// A run that errs moves the bracket only until the runs that confirm the ends
// refute it.
func TestBracketRunsAgain(t *testing.T) {
	for what, test := range map[string]struct {
		errs []int // the runs, from 0, whose verdict is the wrong one
		want []float64
	}{
		"no error": {nil, []float64{100, 200, 400, 800, 565.7, 672.7, 616.9, 616.9, 672.7}},
		"a load below the limit fails": {[]int{1}, []float64{100, 200, 141.4, 168.2, 183.4, 183.4, 200, 200, 400,
			800, 565.7, 672.7, 616.9, 616.9, 672.7}},
		"the first load fails": {[]int{0}, []float64{100, 100, 100, 200, 400,
			800, 565.7, 672.7, 616.9, 616.9, 672.7}},
		"a load above the limit holds": {[]int{3}, []float64{100, 200, 400, 800, 1600, 1131, 951.2, 872.3, 800,
			800, 565.7, 672.7, 616.9, 616.9, 672.7}},
		"a confirmation of the end errs": {[]int{7}, []float64{100, 200, 400,
			800, 565.7, 672.7, 616.9, 616.9, 616.9, 672.7}},
	} {
		b := newBracket(100, 10_000, 0.1, false)
		var loads []float64
		for run := 0; ; run++ {
			load, ok := b.next()
			if !ok {
				break
			}
			loads = append(loads, load)
			errs := false
			for _, e := range test.errs {
				errs = errs || e == run
			}
			b.add(load, (load <= 640) != errs)
		}
		if diff := cmp.Diff(test.want, loads); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// With a run in ten that errs, the limit is nevertheless found in nearly all of
// 1,000 searches, and all of them end.
func TestBracketWithErrors(t *testing.T) {
	const searches, limit = 1000, 640
	random := rand.New(rand.NewPCG(1, 2))
	near := 0
	for range searches {
		b := newBracket(100, 100_000, 0.05, false)
		for run := 0; ; run++ {
			load, ok := b.next()
			if !ok {
				break
			}
			if run > 200 {
				t.Fatal("a search does not end")
			}
			b.add(load, (load <= limit) != (random.Float64() < 0.1))
		}
		if good, bad := b.ends(); good > limit*0.9 && good < limit*1.1 && bad > good {
			near++
		}
	}
	if near < 850 {
		t.Errorf("%d of %d searches found the limit", near, searches)
	}
}
