package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A reporter sends what a shard did to the server, and renews the shard's lease
// by the acknowledgements. It has one report under way; what happens meanwhile
// is merged into the next. So its memory is bounded, and a slow server gets
// longer reports, not more.
type reporter struct {
	shard   *shardRun
	started aurea.Start
	pace    time.Duration // wanted between two reports
	cpu     time.Duration // used by this process up to the last report
	lastSeq uint64        // of the last report that was made
	sender  sync.WaitGroup
	wake    chan struct{} // there may be something to send

	mu      sync.Mutex
	pending *Report // what is not sent yet
	idle    *Report // memory for the next pending
	filled  bool    // pending contains an interval
	total   *Report // all intervals, sent or not
	closing chan struct{}
	until   time.Time // when to give up, once closing
}

func newReporter(s *shardRun) *reporter {
	return &reporter{
		shard: s, pace: ReportInterval, pending: NewReport(), idle: NewReport(), total: NewReport(),
		wake: make(chan struct{}, 1), closing: make(chan struct{}),
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
	r.mu.Lock()
	r.pending.Merge(&interval)
	interval.Traced = nil
	r.total.Merge(&interval)
	r.filled = true
	r.mu.Unlock()
	r.signal()
}

// close adds the end of the shard to the last report. It returns when that is
// acknowledged or refused, or after keepReport.
func (r *reporter) close(m aurea.Measurement, failure error) {
	r.mu.Lock()
	if failure != nil {
		m.Tally, m.Warmup, m.Stopped, m.Duration = r.total.Judged, r.total.Warmup, true, r.total.Elapsed
	}
	r.pending.Finish(m, 0)
	if failure != nil {
		r.pending.Final.Problem = clip(failure.Error())
	}
	r.pending.Elapsed = max(r.pending.Elapsed, m.Duration)
	r.filled = true
	r.until = time.Now().Add(keepReport)
	close(r.closing)
	r.mu.Unlock()
	r.signal()
	r.sender.Wait()
}

func (r *reporter) signal() {
	select {
	case r.wake <- struct{}{}:
	default: // it is about to look
	}
}

// send sends reports until the last one, or until the server refuses one.
func (r *reporter) send() {
	for {
		report := r.take()
		for _, part := range report.Split() {
			if err := r.deliver(part); err != nil {
				r.shard.log().Log(r.shard.sending, levelOf(err), "the shard is given up", "error", err)
				r.shard.cancel(err)
				return
			}
			r.lastSeq = part.Seq
		}
		if report.Final != nil {
			return
		}
		report.Reset()
		r.mu.Lock()
		r.idle = report
		r.mu.Unlock()
	}
}

// take waits until an interval is to be reported and returns its report.
func (r *reporter) take() *Report {
	for {
		<-r.wake
		r.spread()
		r.mu.Lock()
		if !r.filled {
			r.mu.Unlock()
			continue
		}
		report := r.pending
		r.pending, r.filled = r.idle, false
		r.mu.Unlock()
		report.Epoch, report.Seq = r.shard.currentEpoch(), r.lastSeq+1
		report.CPU = r.cpuShare(report.Length)
		return report
	}
}

// spread waits for this shard's share of the first half of the interval, so
// that the reports of many workers do not arrive at once. The last report does
// not wait.
func (r *reporter) spread() {
	request := r.shard.request
	wait := r.pace / 2 * time.Duration(request.Shard) / time.Duration(len(request.Weights))
	wait += r.pace - ReportInterval
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.closing:
	}
}

// cpuShare returns the share of the cores' time that this process used since
// the last call.
func (r *reporter) cpuShare(length time.Duration) float64 {
	used := platform.ProcessCPU()
	before := r.cpu
	r.cpu = used
	cores := r.shard.worker.options.Hello.Environment.Cores
	if length <= 0 || cores == 0 {
		return 0
	}
	return (used - before).Seconds() / (length.Seconds() * float64(cores))
}

var errNotDelivered = fmt.Errorf("the last report was not acknowledged within %s", keepReport)

// deliver sends a report until the server has acknowledged it, and renews the
// lease. The error is the server's refusal, or says that the worker gives up.
func (r *reporter) deliver(report *Report) error {
	data, err := report.MarshalBinary()
	if err != nil {
		return err
	}
	for {
		sent := time.Now()
		ack, err := r.request(data)
		switch {
		case err != nil:
		case ack.Refused != "":
			return errors.New(ack.Refused)
		case ack.Seq == report.Seq:
			r.pace = max(ack.Pace, ReportInterval)
			r.started.Lease.Renew(sent.Add(ack.Lease).Sub(r.started.At))
			return nil
		}
		if err := r.waitToRepeat(); err != nil {
			return err
		}
	}
}

// request sends a report once.
func (r *reporter) request(data []byte) (ack Ack, err error) {
	ctx, cancel := context.WithTimeout(r.shard.sending, ackTimeout)
	defer cancel()
	worker := r.shard.worker
	subject := reportSubject(r.shard.request.Exec, r.shard.request.Shard, worker.options.Hello.ID)
	reply, err := worker.conn.RequestWithContext(ctx, subject, data)
	if err != nil {
		return Ack{}, err
	}
	return ack, Decode(reply.Data, &ack)
}

// waitToRepeat waits before a report is sent again. The error says why it is not
// to be sent.
func (r *reporter) waitToRepeat() error {
	if !sleep(r.shard.sending, repeatAfter) {
		return errStopped
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.until.IsZero() && time.Now().After(r.until) {
		return errNotDelivered
	}
	return nil
}

// levelOf returns the level at which a shard that ends without an account is
// logged. The server knows of one that it has stopped.
func levelOf(err error) slog.Level {
	if errors.Is(err, errStopped) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}
