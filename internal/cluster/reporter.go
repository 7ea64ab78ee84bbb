package cluster

import (
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A reporter sends what a shard did to the server, and renews the shard's lease
// by the acknowledgements. It has one report under way; what happens meanwhile
// is merged into the next. So its memory is bounded, and a slow server gets
// longer reports, not more. Reports that wait are packed.
type reporter struct {
	shard   *shardRun
	started aurea.Start
	pace    time.Duration // wanted between two reports
	cpu     time.Duration // used by this process up to the last report
	sender  sync.WaitGroup
	wake    chan struct{} // there may be something to send
	closing chan struct{} // closed when the shard has ended

	mu       sync.Mutex
	pending  *packedReport // what is not sent yet
	filled   bool          // pending contains an interval
	reported time.Duration // end of the last interval that was reported
	epoch    uint64        // of the server that receives the reports
	sum      *packedReport // all but the last one, merged, with the number of the latest
	until    time.Time     // when to give up, once the shard has ended

	last        []encodedReport // the parts of the one with the Final, once it is complete
	sendingLast bool            // a goroutine sends the last report
}

func newReporter(s *shardRun) *reporter {
	return &reporter{
		shard: s, pace: ReportInterval, pending: newPackedReport(), sum: newPackedReport(),
		epoch: s.request.Epoch, wake: make(chan struct{}, 1), closing: make(chan struct{}),
	}
}

// start begins to send the intervals of a shard.
func (r *reporter) start(at aurea.Start) {
	r.started, r.cpu = at, platform.ProcessCPU()
	r.sender.Go(r.send)
}

// observe adds an interval to the next report. The engine calls it.
func (r *reporter) observe(p aurea.Progress) {
	interval := Report{
		Elapsed: p.Elapsed, Length: p.Length, Paused: p.Paused, InFlight: p.InFlight, Failures: p.Failures,
		Judged: p.Judged, Warmup: p.Warmup, Traced: TracedOf(p.Traced, r.started.At),
	}
	if len(r.shard.request.Weights) <= maxSoFarOf {
		interval.SoFar = soFarOf(p.Breakdown)
	}
	r.mu.Lock()
	r.pending.add(&interval)
	r.filled = true
	r.mu.Unlock()
	r.signal()
}

// close adds the end of the shard to the last report. It returns when that is
// acknowledged or refused, or after keepReport.
func (r *reporter) close(m aurea.Measurement, failure error) {
	r.mu.Lock()
	if failure != nil {
		m = r.observed()
	}
	r.pending.Finish(m, recordCount(m))
	if failure != nil {
		r.pending.Final.Problem = clip(failure.Error())
	}
	// The last interval may have been reported already.
	r.pending.Elapsed = max(r.pending.Elapsed, r.sum.Elapsed, m.Duration)
	r.filled = true
	r.until = time.Now().Add(keepReport)
	r.mu.Unlock()
	close(r.closing)
	r.signal()
	r.sender.Wait()
}

// delivered reports whether a server has acknowledged the last report.
func (r *reporter) delivered() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last != nil && !r.sendingLast
}

// observed returns the measurement of a shard that failed: what was observed.
// The caller holds the lock.
func (r *reporter) observed() aurea.Measurement {
	whole := newPackedReport()
	whole.addPacked(r.sum)
	whole.addPacked(r.pending)
	return aurea.Measurement{
		Tally: whole.judged.tally(), Warmup: whole.warmup.tally(), Stopped: true, Duration: whole.Elapsed, FirstStart: -1,
	}
}

// attach makes the reports go to another server. It returns the binary form of
// those before the next one; nil if there was none.
func (r *reporter) attach(epoch uint64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch = epoch
	if r.last != nil {
		r.until = time.Now().Add(keepReport)
		if !r.sendingLast {
			r.sendingLast = true
			go r.sendLast()
		}
	}
	if r.sum.Seq == 0 {
		return nil, nil
	}
	r.sum.Epoch = epoch
	return r.sum.MarshalBinary()
}

func (r *reporter) signal() {
	select {
	case r.wake <- struct{}{}:
	default: // it is about to look
	}
}
