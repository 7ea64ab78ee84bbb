package workload

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

const (
	failuresOfClass = 2  // failures of one class that a Sampler keeps
	failureClasses  = 20 // classes of which it keeps failures
)

// A Sampler keeps the requests and responses of a few jobs of a run: of those with
// the lowest draws by the seed, and of the first failures of each class. Among the
// same jobs it draws the same ones, whenever they run. It is safe for concurrent
// use. A nil Sampler keeps nothing.
type Sampler struct {
	size    int64
	draws   aurea.Stream
	secrets aurea.Secrets

	below atomic.Uint64 // only jobs with a lower draw are kept

	mu     sync.Mutex
	drawn  []drawnJob // by their draws, at most size
	failed []aurea.SampledJob

	failures sync.Map     // *atomic.Int64 of failures by class
	classes  atomic.Int64 // in failures
}

// A drawnJob is a job that is kept unless size others have lower draws.
type drawnJob struct {
	draw uint64
	job  *aurea.SampledJob // which belongs to its goroutine until the job has ended
}

// NewSampler returns a sampler for a plan; nil if its spec wants no sample.
func NewSampler(plan aurea.Plan) *Sampler {
	if plan.Spec.Sample == 0 {
		return nil
	}
	s := &Sampler{
		size: plan.Spec.Sample, draws: aurea.NewStream(plan.Seed, aurea.StreamSample), secrets: plan.Spec.Secrets,
	}
	s.below.Store(math.MaxUint64)
	return s
}

// draw returns the record of a job that is kept, as far as is known when it
// starts; nil for others. For most jobs the draw alone decides, without the lock.
func (s *Sampler) draw(job int64) *aurea.SampledJob {
	draw := s.draws.Bits(job)
	if draw >= s.below.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	compare := func(d drawnJob, draw uint64) int { return cmp.Compare(d.draw, draw) }
	i, _ := slices.BinarySearchFunc(s.drawn, draw, compare)
	if int64(i) >= s.size {
		return nil // another job has lowered the limit
	}
	record := &aurea.SampledJob{Job: job, Sampled: true, Exchanges: []aurea.Exchange{}}
	s.drawn = slices.Insert(s.drawn, i, drawnJob{draw, record})
	if int64(len(s.drawn)) >= s.size {
		s.drawn = s.drawn[:s.size]
		s.below.Store(s.drawn[s.size-1].draw)
	}
	return record
}

// takeFailure reports whether a failure of a class is kept, and counts it if so.
func (s *Sampler) takeFailure(class string) bool {
	counted, known := s.failures.Load(class)
	if !known {
		if s.classes.Add(1) > failureClasses {
			s.classes.Add(-1)
			return false
		}
		if counted, known = s.failures.LoadOrStore(class, new(atomic.Int64)); known {
			s.classes.Add(-1)
		}
	}
	n := counted.(*atomic.Int64)
	return n.Load() < failuresOfClass && n.Add(1) <= failuresOfClass
}

// Jobs returns what is kept, by the numbers of the jobs. No job may run any more.
func (s *Sampler) Jobs() []aurea.SampledJob {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	jobs := slices.Clone(s.failed)
	for _, drawn := range s.drawn {
		jobs = append(jobs, *drawn.job)
	}
	slices.SortFunc(jobs, func(a, b aurea.SampledJob) int { return cmp.Compare(a.Job, b.Job) })
	return jobs
}

// A JobSample is where the job of one goroutine reports its requests. A nil
// JobSample keeps nothing. It belongs to one goroutine.
type JobSample struct {
	sampler *Sampler
	job     int64
	drawn   *aurea.SampledJob // nil unless the job is drawn
	failure *aurea.SampledJob // of a job that is not drawn; nil without one that is kept
}

// NewJobSample returns the place for one job after the other; nil if s is nil.
func (s *Sampler) NewJobSample() *JobSample {
	if s == nil {
		return nil
	}
	return &JobSample{sampler: s}
}

// Begin begins another job.
func (s *JobSample) Begin(job int64) {
	if s != nil {
		s.job, s.drawn, s.failure = job, s.sampler.draw(job), nil
	}
}

// Drawn reports whether all requests of the job are kept.
func (s *JobSample) Drawn() bool { return s != nil && s.drawn != nil }

// Add adds a request of a job that is drawn.
func (s *JobSample) Add(e aurea.Exchange) { s.drawn.Add(e, s.sampler.secrets) }

// Fail adds the request with which a job failed that is not drawn, if a failure of
// its class is kept. It calls describe only then.
func (s *JobSample) Fail(class string, describe func() aurea.Exchange) {
	if s == nil || s.drawn != nil || s.failure != nil || !s.sampler.takeFailure(class) {
		return
	}
	s.failure = &aurea.SampledJob{Job: s.job}
	s.failure.Add(describe(), s.sampler.secrets)
}

// End ends the job. class and err are those of its failure; "" and nil if it has
// none.
func (s *JobSample) End(outcome aurea.Outcome, class string, err error, start, end time.Duration) {
	if s == nil {
		return
	}
	kept := s.drawn
	if s.failure != nil && (outcome == aurea.Failed || outcome == aurea.TimedOut) {
		kept = s.failure
	}
	if kept == nil {
		return
	}
	kept.Start, kept.Duration = start.Seconds(), (end - start).Seconds()
	kept.Outcome, kept.Class = outcome.String(), class
	if err != nil {
		kept.Error = s.sampler.secrets.MaskText(err.Error())
	}
	if !kept.Sampled {
		s.sampler.mu.Lock()
		defer s.sampler.mu.Unlock()
		s.sampler.failed = append(s.sampler.failed, *kept)
	}
}

// sampleKey is the key of the sample in a job's context.
type sampleKey struct{}

// SampleOf returns where a job reports its requests, given its context; nil if the
// run keeps none.
func SampleOf(ctx context.Context) *JobSample {
	sample, _ := ctx.Value(sampleKey{}).(*JobSample)
	return sample
}
