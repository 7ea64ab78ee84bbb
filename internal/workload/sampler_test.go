package workload_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

func sampler(size int64, seed uint64) *workload.Sampler {
	return workload.NewSampler(aurea.Plan{Seed: seed, Spec: aurea.Spec{Sample: size}})
}

// numbersOf returns the numbers of sampled jobs.
func numbersOf(jobs []aurea.SampledJob) (numbers []int64) {
	for _, job := range jobs {
		numbers = append(numbers, job.Job)
	}
	return numbers
}

// runSampled runs jobs, of which each sends a request.
func runSampled(s *workload.Sampler, jobs []int64) {
	sample := s.NewJobSample()
	for _, job := range jobs {
		sample.Begin(job)
		if sample.Drawn() {
			sample.Add(aurea.Exchange{URL: fmt.Sprint(job)})
		}
		sample.End(aurea.OK, "", nil, time.Second, 2*time.Second)
	}
}

// The same jobs are drawn in any order and on any number of goroutines; another
// seed draws others.
func TestSamplerDrawsTheSameJobs(t *testing.T) {
	t.Parallel()
	const n = 5000
	jobs := make([]int64, n)
	for i := range jobs {
		jobs[i] = int64(i)
	}
	one := sampler(7, 1)
	runSampled(one, jobs)
	want := one.Jobs()
	if len(want) != 7 || !slices.IsSorted(numbersOf(want)) {
		t.Fatalf("%v are kept, want 7 jobs in order", numbersOf(want))
	}
	for _, job := range want {
		if diff := cmp.Diff(aurea.SampledJob{
			Job: job.Job, Sampled: true, Start: 1, Duration: 1, Outcome: "ok",
			Exchanges: []aurea.Exchange{{URL: fmt.Sprint(job.Job), Request: aurea.SampledMessage{Headers: []string{}}}},
		}, job); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	many := sampler(7, 1)
	shuffled := slices.Clone(jobs)
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var running sync.WaitGroup
	for part := range slices.Chunk(shuffled, n/8) {
		running.Go(func() { runSampled(many, part) })
	}
	running.Wait()
	if diff := cmp.Diff(want, many.Jobs()); diff != "" {
		t.Errorf("on 8 goroutines (-want +got):\n%s", diff)
	}
	other := sampler(7, 2)
	runSampled(other, jobs)
	if slices.Equal(numbersOf(other.Jobs()), numbersOf(want)) {
		t.Error("another seed draws the same jobs")
	}
	few := sampler(7, 1)
	runSampled(few, jobs[:3])
	if got := numbersOf(few.Jobs()); !slices.Equal(got, jobs[:3]) {
		t.Errorf("of 3 jobs %v are kept, want all", got)
	}
}

// Two failures of each class are kept, of 20 classes. A request is described only
// if it is kept.
func TestSamplerKeepsFailures(t *testing.T) {
	t.Parallel()
	s := sampler(1, 1)
	sample := s.NewJobSample()
	described, failed := 0, 0
	for job := range int64(1000) {
		sample.Begin(job)
		if sample.Drawn() {
			sample.End(aurea.OK, "", nil, 0, 0)
			continue
		}
		class := fmt.Sprint("class_", failed%25)
		failed++
		sample.Fail(class, func() aurea.Exchange {
			described++
			return aurea.Exchange{URL: "first"}
		})
		sample.Fail(class, func() aurea.Exchange { return aurea.Exchange{URL: "second"} })
		sample.End(aurea.Failed, class, errors.New("broken"), 0, 0)
	}
	classes := map[string]int{}
	for _, job := range s.Jobs() {
		if job.Sampled {
			continue
		}
		classes[job.Class]++
		if len(job.Exchanges) != 1 || job.Exchanges[0].URL != "first" || job.Error != "broken" {
			t.Fatalf("a failure is kept as %+v, want its first request", job)
		}
	}
	if described != 40 {
		t.Errorf("%d requests were described, want 40", described)
	}
	if len(classes) != 20 {
		t.Errorf("failures of %d classes are kept, want 20", len(classes))
	}
	for class, n := range classes {
		if n != 2 {
			t.Errorf("%d failures of %s are kept, want 2", n, class)
		}
	}
}

// A job that was stopped is no failure.
func TestSamplerKeepsNoCancelledJob(t *testing.T) {
	t.Parallel()
	s := sampler(1, 1)
	sample := s.NewJobSample()
	for job := range int64(10) {
		sample.Begin(job)
		sample.Fail("reset", func() aurea.Exchange { return aurea.Exchange{} })
		sample.End(aurea.Cancelled, "", context.Canceled, 0, 0)
	}
	for _, job := range s.Jobs() {
		if !job.Sampled {
			t.Errorf("%+v is kept", job)
		}
	}
}

// A run without a sample keeps nothing. A job that is not drawn allocates
// nothing.
func TestSamplerCost(t *testing.T) {
	var none *workload.Sampler
	if jobs := none.Jobs(); jobs != nil {
		t.Errorf("no sampler keeps %v", jobs)
	}
	full := sampler(1, 1)
	runSampled(full, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	kept := numbersOf(full.Jobs())
	for name, sample := range map[string]*workload.JobSample{"off": none.NewJobSample(), "on": full.NewJobSample()} {
		ctx := workload.NewJobContext(t.Context()).Sampling(sample)
		if n := testing.AllocsPerRun(100, func() {
			for job := range int64(10) {
				if slices.Contains(kept, job) {
					continue
				}
				sample.Begin(job)
				if workload.SampleOf(ctx).Drawn() {
					t.Fatal("the job is drawn")
				}
				sample.End(aurea.OK, "", nil, 0, 0)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkSampler(b *testing.B) {
	for name, s := range map[string]*workload.Sampler{"off": nil, "on": sampler(5, 1)} {
		sample := s.NewJobSample()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for job := int64(0); b.Loop(); job++ {
				sample.Begin(job)
				sample.End(aurea.OK, "", nil, 0, 0)
			}
		})
	}
}
