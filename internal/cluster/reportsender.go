package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

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

// take waits until a report is due and returns it. Last says that only the last
// report is left.
func (r *reporter) take() (report encodedReport, last bool, err error) {
	for {
		<-r.wake
		r.mu.Lock()
		end := r.intervalEnd()
		due := r.filled && end > r.reported
		r.mu.Unlock()
		if !due && !r.closed() {
			continue
		}
		r.waitUntil(r.started.At.Add(end + r.turn()))
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.takeFilled()
	}
}

// intervalEnd returns the end of the last whole interval of reports in what is
// pending. The engine's intervals are those of ReportInterval, or about that.
// The caller holds the lock.
func (r *reporter) intervalEnd() time.Duration {
	return (r.pending.Elapsed + ReportInterval/2).Truncate(r.pace)
}

// turn returns how long after the end of an interval this shard reports it, so
// that the reports of many workers do not arrive at once.
func (r *reporter) turn() time.Duration {
	request := r.shard.request
	shards := time.Duration(len(request.Weights))
	return min(shards*reportSpacing, r.pace*3/4) * time.Duration(request.Shard) / shards
}

// waitUntil waits until a moment. The last report waits for none.
func (r *reporter) waitUntil(moment time.Time) {
	timer := time.NewTimer(time.Until(moment))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.closing:
	}
}

// closed reports whether the shard has ended.
func (r *reporter) closed() bool {
	select {
	case <-r.closing:
		return true
	default:
		return false
	}
}

// takeFilled returns the pending report with the next number, unless it is the
// last one. The caller holds the lock.
func (r *reporter) takeFilled() (report encodedReport, last bool, err error) {
	pending := r.pending
	r.reported = r.intervalEnd()
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
		case errors.Is(err, errHalfOpen):
			r.shard.log().Warn("NATS does not answer; the connection is replaced")
			_ = r.shard.worker.conn.ForceReconnect() // it fails if the connection was closed
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

// errHalfOpen says that neither the server nor NATS has answered: the
// connection may be half-open, which would be noticed after several pings only.
var errHalfOpen = errors.New("NATS does not answer")

// request sends a report once. When the answer takes long, it asks NATS for a
// pong until then.
func (r *reporter) request(data []byte) (ack Ack, err error) {
	ctx, cancel := context.WithTimeout(r.shard.sending, ackTimeout)
	defer cancel()
	worker := r.shard.worker
	pong := make(chan error, 1)
	late := time.AfterFunc(pingAfter, func() { pong <- ping(ctx, worker.conn) })
	defer late.Stop()
	subject := reportSubject(r.shard.request.Exec, r.shard.request.Shard, worker.options.Hello.ID)
	reply, err := worker.conn.RequestWithContext(ctx, subject, data)
	if err == nil {
		return ack, Decode(reply.Data, &ack)
	}
	deadline, _ := ctx.Deadline()
	if errors.Is(err, context.DeadlineExceeded) && time.Since(deadline) < overdue && !late.Stop() &&
		errors.Is(<-pong, context.DeadlineExceeded) {
		err = errHalfOpen
	}
	return Ack{}, err
}

// ping waits for a pong of NATS. A connection that is being restored needs
// none.
func ping(ctx context.Context, conn *nats.Conn) error {
	if !conn.IsConnected() {
		return nats.ErrConnectionReconnecting
	}
	return conn.FlushWithContext(ctx)
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
