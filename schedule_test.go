package aurea

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func planOf(t interface{ Fatal(...any) }, spec string) Plan {
	decoded, err := DecodeSpec([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return NewPlan(decoded, 1)
}

func starts(p Plan, n int64) []time.Duration {
	schedule := NewSchedule(p)
	times := make([]time.Duration, n)
	for i := range n {
		times[i] = schedule.Start(i)
	}
	return times
}

func TestConstantArrivals(t *testing.T) {
	got := starts(planOf(t, `{"rate": 4, "num_jobs": 5}`), 5)
	want := []time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond, time.Second}
	if !slices.Equal(got, want) {
		t.Errorf("starts %v, want %v", got, want)
	}
}

// A ramp from 0 to 100/s in 10 s has its k-th job at sqrt(k/5), to the nanosecond:
// errors do not accumulate.
func TestRampedArrivalsMatchTheClosedForm(t *testing.T) {
	p := planOf(t, `{"stages": [{"duration": "10s", "rate": 100}]}`)
	for k, got := range starts(p, 500) {
		want := math.Sqrt(float64(k)/5) * 1e9
		if math.Abs(float64(got)-want) > 1 {
			t.Fatalf("job %d starts at %v, want %v ns", k, got, want)
		}
	}
	if got := NewSchedule(p).Start(500); got != time.Duration(Forever) {
		t.Errorf("job 500 starts at %v, after the end", got)
	}
}

// The gaps of Poisson arrivals have the exponential distribution. With a fixed seed
// their Kolmogorov–Smirnov distance to it is below the 1 % point, and so are the
// deviation of the mean and the correlation of neighboring gaps.
func TestPoissonGaps(t *testing.T) {
	const n = 100_000
	p := planOf(t, `{"rate": 1000, "arrival": "poisson", "num_jobs": 100000, "seed": 11}`)
	times := starts(p, n)
	gaps := make([]float64, n-1)
	var sum float64
	for i := range gaps {
		gaps[i] = (times[i+1] - times[i]).Seconds() * 1000
		sum += gaps[i]
	}
	mean := sum / float64(len(gaps))
	if math.Abs(mean-1) > 0.01 {
		t.Errorf("mean gap %v, want 1", mean)
	}
	var covariance float64
	for i := 1; i < len(gaps); i++ {
		covariance += (gaps[i] - mean) * (gaps[i-1] - mean)
	}
	if correlation := covariance / float64(len(gaps)); math.Abs(correlation) > 3/math.Sqrt(n) {
		t.Errorf("neighboring gaps have the correlation %v", correlation)
	}
	slices.Sort(gaps)
	for i, gap := range gaps {
		if distance := math.Abs(1 - math.Exp(-gap) - float64(i)/float64(len(gaps))); distance > 1.63/math.Sqrt(n) {
			t.Fatalf("distance %v to the exponential distribution at %v", distance, gap)
		}
	}
}

// openSpecs draws specs of every kind of open load.
func openSpecs() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		arrival := rapid.SampledFrom([]string{"constant", "poisson"}).Draw(t, "arrival")
		return fmt.Sprintf(rapid.SampledFrom([]string{
			`{"rate": %[1]d, "num_jobs": %[2]d, "arrival": "%[3]s"}`,
			`{"rate": %[1]d, "duration": "%[2]dms", "arrival": "%[3]s"}`,
			`{"rate": %[1]d, "arrival": "%[3]s", "stages": [{"duration": "%[2]dms", "rate": 700}, {"duration": "1s", "rate": 0}, {"duration": "2s", "rate": 40}]}`,
			`{"arrival": "%[3]s", "stages": [{"duration": "%[2]dms", "rate": %[1]d}]}`,
			`{"rate": %[1]d, "concurrency": 7, "num_jobs": %[2]d, "arrival": "%[3]s"}`,
		}).Draw(t, "spec"), rapid.IntRange(1, 500).Draw(t, "rate"), rapid.IntRange(1, 3000).Draw(t, "amount"), arrival)
	})
}

// Law: the shards of an open plan have exactly its jobs, with exactly their intended
// starts.
func TestShardsKeepTheSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(t, openSpecs().Draw(t, "spec"))
		end := time.Duration(min(p.End, Duration(5*time.Second)))
		want := map[int64]time.Duration{}
		whole := NewSchedule(p)
		count := NewSchedule(p).DueBefore(end)
		for i := range count {
			want[p.Job(i)] = whole.Start(i)
		}
		for i, shard := range p.Shards(weights().Draw(t, "weights")) {
			schedule := NewSchedule(shard)
			for j := range NewSchedule(shard).DueBefore(end) {
				job := shard.Job(j)
				if start, planned := want[job]; !planned || start != schedule.Start(j) {
					t.Fatalf("shard %d has job %d, which is not in the plan or has another start", i, job)
				}
				delete(want, job)
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d of %d jobs are in no shard", len(want), count)
		}
	})
}

// Law: DueBefore counts exactly the starts before a time.
func TestDueBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(t, openSpecs().Draw(t, "spec"))
		moment := time.Duration(rapid.Int64Range(0, int64(4*time.Second)).Draw(t, "moment"))
		n := NewSchedule(p).DueBefore(moment)
		schedule := NewSchedule(p)
		if n > 0 {
			if last := schedule.Start(n - 1); last >= moment {
				t.Fatalf("%d are due before %v, and the last of them at %v", n, moment, last)
			}
		}
		if n < p.Jobs {
			if next := schedule.Start(n); next < moment {
				t.Fatalf("%d are due before %v, and the next one at %v", n, moment, next)
			}
		}
	})
}

// Law: the shards' shares of a ramped concurrency add up to the ramp at any time,
// also for shards of shards.
func TestShardsAddUpToTheRamp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := planOf(t,
			`{"concurrency": 3, "stages": [{"duration": "10s", "concurrency": 40}, {"duration": "5s", "concurrency": 0}]}`)
		w, n := weights().Draw(t, "weights"), rapid.IntRange(1, 4).Draw(t, "event loops")
		second := rapid.Float64Range(0, 16).Draw(t, "second")
		var sum int64
		for _, shard := range p.Shards(w) {
			for _, loop := range shard.Shards(EqualWeights(n)) {
				sum += loop.LevelAt(second)
			}
		}
		if want := p.LevelAt(second); sum != want {
			t.Fatalf("the shares at %v s add up to %d, want %d", second, sum, want)
		}
	})
}

// Law: of a plan with a number of jobs beside a duration or stages, and with a
// warm-up, the shards' jobs add up to those of the whole: all, those due in the
// warm-up and those due by the end.
func TestShardsAddUpToTheDueJobs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrival := rapid.SampledFrom([]string{"constant", "poisson"}).Draw(t, "arrival")
		load := rapid.SampledFrom([]string{
			`"duration": "2s"`,
			`"stages": [{"duration": "1s", "rate": 700}, {"duration": "1s", "rate": 0}]`,
			`"duration": "1500ms", "concurrency": 5, "stages": [{"duration": "2s", "rate": 900}]`,
		}).Draw(t, "load")
		whole := planOf(t, fmt.Sprintf(`{"rate": 300, "num_jobs": %d, "arrival": %q, "warmup": "%dms", %s}`,
			rapid.IntRange(1, 1500).Draw(t, "jobs"), arrival, rapid.IntRange(1, 1400).Draw(t, "warmup"), load))
		due := func(p Plan) [3]int64 {
			warmup, end := time.Duration(p.Spec.Warmup), time.Duration(p.End)
			return [3]int64{p.Jobs, NewSchedule(p).DueBefore(warmup), NewSchedule(p).DueBefore(end)}
		}
		var sums [3]int64
		for _, shard := range whole.Shards(weights().Draw(t, "weights")) {
			for i, n := range due(shard) {
				sums[i] += n
			}
		}
		if want := due(whole); sums != want {
			t.Fatalf("jobs, and those due in the warm-up and in all, add up to %d, want %d", sums, want)
		}
	})
}

func BenchmarkScheduleStart(b *testing.B) {
	for _, arrival := range []string{"constant", "poisson"} {
		b.Run(arrival, func(b *testing.B) {
			schedule := NewSchedule(planOf(b, `{"rate": 1000, "duration": "1h", "arrival": "`+arrival+`"}`))
			b.ReportAllocs()
			for i := range b.N {
				schedule.Start(int64(i))
			}
		})
	}
}

// The first job is due when the schedule or the ramp reaches it.
func TestFirstDue(t *testing.T) {
	for document, want := range map[string]time.Duration{
		`{"num_jobs": 10, "concurrency": 2}`:                                         0,
		`{"rate": 4, "num_jobs": 10}`:                                                0,
		`{"stages": [{"duration": "10s", "concurrency": 5}]}`:                        2 * time.Second,
		`{"stages": [{"duration": "1s", "concurrency": 0}], "concurrency": 2}`:       0,
		`{"stages": [{"duration": "3s", "rate": 0}, {"duration": "4s", "rate": 4}]}`: 3 * time.Second,
	} {
		if got := planOf(t, document).FirstDue(); got != want {
			t.Errorf("%s: %v, want %v", document, got, want)
		}
	}
	shard := planOf(t, `{"rate": 4, "num_jobs": 10}`).Shard(1, EqualWeights(2))
	if got := shard.FirstDue(); got != 250*time.Millisecond {
		t.Errorf("of every other arrival: %v", got)
	}
	if got := (Plan{}).FirstDue(); got != time.Duration(Forever) {
		t.Errorf("of no job: %v", got)
	}
}
