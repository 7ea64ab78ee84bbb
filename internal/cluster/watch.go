package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
)

// A watcher follows a run that has started, until every shard has an account.
// All of its state belongs to one goroutine.
type watcher struct {
	*coordination
	merger      *Merger
	orders      *orderSender
	report      *Report       // memory for the reports
	stoppedAt   time.Duration // when the workers were stopped; aurea.Forever before that
	interrupted bool          // a worker stopped without an order
	dismissed   error         // why this server has no part in the run any more
	failure     error         // why the run fails
}

func newWatcher(c *coordination, observe func(aurea.Progress)) *watcher {
	return &watcher{
		coordination: c, orders: newOrderSender(c), report: NewReport(), stoppedAt: time.Duration(aurea.Forever),
		merger: NewMerger(c.plan, c.started, len(c.members), c.interval(), c.withSoFar(observe)),
	}
}

// watch follows the run to its end and returns its measurement; see
// Dispatcher.Execute. When handOver is closed, it leaves a run that is not being
// stopped to the next server: the workers go on within their leases.
func (w *watcher) watch(
	ctx context.Context, controls <-chan aurea.Command, handOver <-chan struct{},
) (aurea.Measurement, error) {
	defer w.stopListening()
	defer w.orders.close()
	w.stats.begin(w.exec, w.members)
	defer w.stats.end(w.exec)
	defer w.Registry.SetRun(w.exec, "")
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	cancelled := ctx.Done()
	for !w.over() {
		select {
		case m := <-w.reports:
			w.receive(m)
		case command := <-controls:
			w.control(command)
		case <-tick.C:
			w.check()
		case <-handOver:
			handOver = nil
			w.leave()
		case <-cancelled:
			cancelled = nil
			if isClosed(handOver) {
				w.leave()
			}
			if w.dismissed == nil {
				w.stop()
			}
		}
		if w.dismissed != nil {
			return aurea.Measurement{}, w.dismissed
		}
	}
	return w.conclude()
}

// leave gives the run up to the next server. One that is being stopped ends here.
func (w *watcher) leave() {
	if w.stoppedAt == time.Duration(aurea.Forever) {
		w.dismissed = aurea.ErrHandedOver
	}
}

// isClosed reports whether a channel without values is closed; nil never is.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// now returns the time on the run's clock.
func (w *watcher) now() time.Duration { return w.clock() - w.startAt }

// interval returns the time between two reports of a worker. Leases are longer
// by what it is longer than ReportInterval.
func (c *coordination) interval() time.Duration { return aurea.ReportInterval(len(c.members)) }

func (c *coordination) lease() time.Duration     { return Lease + c.interval() - ReportInterval }
func (c *coordination) lostAfter() time.Duration { return LostAfter + c.interval() - ReportInterval }

// receive folds a report into the books of its shard and acknowledges it. It does
// not reply to a report for the server that has taken the run over.
func (w *watcher) receive(m *nats.Msg) {
	ack := Ack{Epoch: w.epoch, Clock: int64(w.clock()), Pace: w.interval(), Lease: w.lease()}
	from, seq, err := w.fold(m)
	if w.dismissed != nil {
		return
	}
	if ack.Seq = seq; from != nil && from.Lost {
		ack.Lease = 0 // the run goes on without it
	}
	if err != nil {
		ack.Refused, ack.Lease = err.Error(), 0
		w.stats.count(Refused)
		w.Log.Warn("a report was refused", "subject", m.Subject, "error", err)
	}
	data, err := Encode(&ack)
	if err == nil {
		err = m.Respond(data)
	}
	if err != nil {
		w.Log.Warn("a report was not acknowledged", "subject", m.Subject, "error", err)
	}
}

// fold adds a report to the books and to the progress. It returns the worker,
// if it is one of the run, and the report's number.
func (w *watcher) fold(msg *nats.Msg) (m *member, seq uint64, err error) {
	_, index, worker, ok := parseReportSubject(msg.Subject)
	if !ok || index >= len(w.members) || w.members[index].Worker.ID != worker {
		return nil, 0, errors.New("this worker has no such shard")
	}
	m = w.members[index]
	if err := w.report.UnmarshalBinary(msg.Data); err != nil {
		if m.malformed++; m.malformed >= maxMalformed {
			w.lose(m, "its reports are not understood")
		}
		return m, 0, err
	}
	m.malformed = 0
	if w.report.Epoch > w.epoch {
		w.dismissed = fmt.Errorf("%w: another server has taken the run over", aurea.ErrConflict)
		return m, 0, nil
	}
	outcome, err := m.Books.Fold(w.report, w.now())
	if err != nil {
		return m, w.report.Seq, err
	}
	w.stats.count(outcome)
	if outcome == Folded {
		w.stats.observe(w.exec, index, w.report)
		w.merger.Add(index, w.report)
	}
	if final := m.Books.Final(); outcome == Folded && final != nil {
		w.end(m, final)
	}
	return m, w.report.Seq, nil
}

// end looks at how a shard ended. One that stopped without an order is lost,
// because its lease or its worker ended. If another server has begun the run, the
// run is interrupted: the lease ended while no server was there.
func (w *watcher) end(m *member, final *Final) {
	switch {
	case final.Problem != "":
		w.lose(m, final.Problem)
	case !final.Stopped || w.stoppedAt < time.Duration(aurea.Forever):
	case !w.adopted:
		w.lose(m, "it stopped early: its reports were not acknowledged in time, or it got a signal to end")
	default:
		w.Log.Warn("a worker stopped before the run was over", "worker", m.Worker.Name, "exec", w.exec)
		w.interrupted = true
		w.stop()
	}
}

// check looks for silent workers and shows what is due.
func (w *watcher) check() {
	now := w.now()
	if w.Conn.IsClosed() {
		w.dismissed = errors.New("the connection to the workers was closed")
	}
	for _, m := range w.members {
		silent := now - m.Books.LastReport()
		switch {
		case m.Books.Ended() || m.Lost:
		case silent > w.lostAfter():
			w.lose(m, fmt.Sprintf("it was silent for %s", silent.Truncate(100*time.Millisecond)))
		case w.stoppedAt < now-w.lostAfter():
			w.lose(m, "it did not end when the run was stopped")
		}
	}
	w.merger.Advance(now)
}

// lose gives a worker up. The run fails unless the spec tolerates the loss.
func (w *watcher) lose(m *member, why string) {
	if m.Lost {
		return
	}
	m.Lost, m.lostAt = true, w.now()
	m.Books.Lose(m.lostAt, w.stoppedAt)
	w.merger.Lose(m.index)
	w.stats.lost.Add(1)
	w.Log.Error("a worker is lost", "worker", m.Worker.Name, "exec", w.exec, "reason", why)
	allowed := w.plan.Spec.MaxLostFraction
	if allowed == 0 || LostShare(w.plan, w.accounts()) > allowed || w.allLost() {
		w.fail(fmt.Errorf("worker %s is lost: %s", m.Worker.Name, why))
	}
}

// allLost reports whether no worker is left.
func (w *watcher) allLost() bool {
	return !slices.ContainsFunc(w.members, func(m *member) bool { return !m.lost() })
}

// fail stops the run and records why it fails.
func (w *watcher) fail(err error) {
	if w.failure == nil {
		w.failure = err
	}
	w.stop()
}

// stop orders all workers to stop. A worker that the order does not reach stops
// when its lease ends.
func (w *watcher) stop() {
	if w.stoppedAt < time.Duration(aurea.Forever) {
		return
	}
	w.stoppedAt = w.now()
	w.merger.Stop()
	w.orders.send(Order{Kind: OrderStop}, w.open(), func(err error) {
		if err != nil {
			w.Log.Warn("a worker did not get the order to stop; it stops when its lease ends", "error", err)
		}
	})
}

// open returns the workers whose last report is not in the books.
func (w *watcher) open() []Hello {
	var open []Hello
	for _, m := range w.members {
		if !m.Books.Ended() {
			open = append(open, m.Worker)
		}
	}
	return open
}

// over reports whether every shard has an account: its last report, or the end
// of the time in which a lost worker's reports are still accepted.
func (w *watcher) over() bool {
	now := w.now()
	for _, m := range w.members {
		if !m.Books.Ended() && (!m.Lost || now < m.lostAt+booksOpen) {
			return false
		}
	}
	return true
}

// accounts returns the accounts of all shards.
func (w *watcher) accounts() []Member {
	accounts := make([]Member, len(w.members))
	for i, m := range w.members {
		accounts[i] = m.Member
	}
	return accounts
}
