package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// send sends reports until the last one, or until the server refuses one.
func (r *reporter) send() {
	for {
		report, last, err := r.take()
		if last && err == nil {
			r.sendLast()
			return
		}
		if err == nil {
			_, err = r.deliver(report)
		}
		if err != nil {
			r.giveUp(err)
			return
		}
	}
}

// giveUp stops the shard, which has no account any more.
func (r *reporter) giveUp(err error) {
	r.shard.log().Log(context.Background(), levelOf(err), "the shard is given up", "error", err)
	r.shard.cancel(err)
}

// levelOf returns the level at which a shard that ends without an account is
// logged. The server knows of one that it has stopped.
func levelOf(err error) slog.Level {
	if errors.Is(err, errStopped) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// take waits until an interval is to be reported and returns its report. Last says
// that only the last report is left.
func (r *reporter) take() (report encodedReport, last bool, err error) {
	for {
		<-r.wake
		r.spread()
		r.mu.Lock()
		if r.filled {
			defer r.mu.Unlock()
			return r.takeFilled()
		}
		r.mu.Unlock()
	}
}

// takeFilled returns the pending report with the next number, unless it is the
// last one. The caller holds the lock.
func (r *reporter) takeFilled() (report encodedReport, last bool, err error) {
	pending := r.pending
	r.pending, r.filled = newPackedReport(), false
	pending.Seq, pending.CPU = r.sum.Seq+1, r.cpuShare(pending.Length)
	if pending.Final != nil {
		r.sendingLast = true
		r.last, err = pending.split()
		return encodedReport{}, true, err
	}
	report, err = pending.encode()
	pending.Traced = nil // they are shown once
	r.sum.addPacked(pending)
	r.sum.Seq = pending.Seq
	return report, false, err
}

// sendLast sends the last report, again if another server takes the run over
// meanwhile.
func (r *reporter) sendLast() {
	for {
		r.mu.Lock()
		epoch := r.epoch
		r.mu.Unlock()
		err := r.deliverLast(epoch)
		r.mu.Lock()
		r.sendingLast = r.epoch != epoch
		again := r.sendingLast
		r.mu.Unlock()
		if !again {
			if err != nil {
				r.giveUp(err)
			}
			return
		}
	}
}

// deliverLast delivers the parts of the last report while the epoch stays.
func (r *reporter) deliverLast(epoch uint64) error {
	for _, part := range r.last {
		if under, err := r.deliver(part); err != nil || under != epoch {
			return err
		}
	}
	return nil
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

// deliver sends a report until the server of the present epoch has acknowledged
// it, and renews the lease. It returns that epoch. The error is the server's
// refusal, or says that the worker gives up.
func (r *reporter) deliver(report encodedReport) (epoch uint64, err error) {
	for {
		r.mu.Lock()
		epoch = r.epoch
		r.mu.Unlock()
		sent := time.Now()
		ack, err := r.request(report.message(epoch))
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			checkConnection(r.shard.worker.conn, r.shard.log())
		case err != nil || ack.Epoch != epoch:
		case ack.Refused != "":
			return epoch, errors.New(ack.Refused)
		case ack.Seq == report.seq:
			r.pace = max(ack.Pace, ReportInterval)
			r.renew(sent.Add(ack.Lease))
			return epoch, nil
		}
		if err := r.waitToRepeat(); err != nil {
			return epoch, err
		}
	}
}

// renew extends the lease, unless it has ended: by then the server may have
// given the worker up.
func (r *reporter) renew(until time.Time) {
	if lease := r.started.Lease; time.Since(r.started.At) < lease.Until() {
		lease.Renew(until.Sub(r.started.At))
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
