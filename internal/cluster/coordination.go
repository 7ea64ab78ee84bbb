package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/aurea-orchestrator/aurea"
)

// A coordination is one attempt to execute a plan on workers. Its execution has
// an ID of its own, so that messages of another attempt are not taken for it.
type coordination struct {
	*Dispatcher
	plan    aurea.Plan
	metrics aurea.MetricNames // that the jobs report
	exec    string
	epoch   uint64
	adopted bool   // another server, or an earlier life of this one, has begun the run
	seq     uint64 // of the last order
	weights []int
	members []*member
	remarks []string // on earlier starts of the run

	reports  chan *nats.Msg
	incoming *nats.Subscription
	startAt  time.Duration // the run's start on the coordinator's clock
	started  time.Time     // the same on the wall clock

	perRequest   time.Duration // that the requests for clocks took, each
	mayHaveBegun atomic.Bool   // the order to start has, or may have, reached a worker in time
}

// A member is a worker of a run, as its coordinator sees it.
type member struct {
	Member
	index     int           // of its shard
	malformed int           // reports in a row that were no reports
	slowest   time.Duration // of the exchanges of clocks
	lostAt    time.Duration // when it was lost
}

// request asks a worker for something and decodes the reply into reply.
func (c *coordination) request(ctx context.Context, w Hello, what string, ask, reply message) error {
	data, err := Encode(ask)
	if err != nil {
		return err
	}
	answer, err := c.Conn.RequestWithContext(ctx, workerSubject(w.ID, what), data)
	if err != nil {
		return &noReply{w, err}
	}
	if err := Decode(answer.Data, reply); err != nil {
		return fmt.Errorf("worker %s: %w", w.Name, err)
	}
	return nil
}

// prepare makes every worker acquire what its shard needs, which has files of so
// many bytes. It returns when all are ready to start.
func (c *coordination) prepare(ctx context.Context, fileBytes int64) error {
	patience := offerTime(fileBytes)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("it took longer than "+patience.String()))
	defer cancel()
	return each(c.members, maxOrdersAtOnce, func(m *member) error {
		var reply Reply
		ask := &Prepare{Exec: c.exec, Epoch: c.epoch, Shard: m.index, Weights: c.weights, Plan: c.plan}
		if err := c.request(ctx, m.Worker, askPrepare, ask, &reply); err != nil {
			return err
		}
		return replyError(m.Worker, reply)
	})
}

// readClocks estimates the offset of every worker's clock and tells it to the
// worker. Few workers are asked at a time: the bound of the error is half the
// round trip, which would grow with a queue of replies.
func (c *coordination) readClocks(ctx context.Context) error {
	began := c.clock()
	err := each(c.members, clocksAtOnce, func(m *member) error {
		estimate, err := c.readClock(ctx, m)
		if err != nil {
			return err
		}
		m.Clock = estimate
		c.Registry.SetClock(m.Worker.ID, estimate)
		var reply ClockReply
		return c.request(ctx, m.Worker, askClock, &ClockAsk{Exec: c.exec, Told: &estimate}, &reply)
	})
	c.perRequest = (c.clock() - began) / time.Duration(len(c.members)*(Exchanges+1))
	return err
}

// readClock estimates the offset of a worker's clock.
func (c *coordination) readClock(ctx context.Context, m *member) (Estimate, error) {
	ctx, cancel := context.WithTimeout(ctx, clockTimeout)
	defer cancel()
	var read []Exchange
	for range Exchanges {
		var reply ClockReply
		sent := c.clock()
		if err := c.request(ctx, m.Worker, askClock, &ClockAsk{Exec: c.exec}, &reply); err != nil {
			return Estimate{}, err
		}
		received := c.clock()
		m.slowest = max(m.slowest, received-sent)
		read = append(read, Exchange{Sent: int64(sent), Clock: reply.Clock, Received: int64(received)})
	}
	return NewEstimate(read), nil
}

// start orders all workers to start at one moment. It fails with errFalseStart
// if the order did not reach all of them before that.
func (c *coordination) start(ctx context.Context, lead time.Duration) error {
	if err := c.listen(); err != nil {
		return err
	}
	lead = c.orderLead(lead)
	c.startAt = c.clock() + lead
	c.started = c.base.Add(c.startAt)
	ctx, cancel := context.WithTimeout(ctx, lead+ackTimeout)
	defer cancel()
	order := c.numbered(Order{Kind: OrderStart, At: int64(c.startAt), Lease: c.lease()})
	err := each(c.members, maxOrdersAtOnce, func(m *member) error {
		err := c.orderOnce(ctx, m.Worker, order)
		if !isRefusal(err) && !errors.Is(err, nats.ErrNoResponders) {
			c.mayHaveBegun.Store(true)
		}
		return err
	})
	if err != nil && (errors.Is(err, errTooLate) || errors.Is(err, context.DeadlineExceeded)) {
		return fmt.Errorf("%w: %w", errFalseStart, err)
	}
	return err
}

// listen subscribes to the reports of the execution.
func (c *coordination) listen() (err error) {
	c.reports = make(chan *nats.Msg, 4*len(c.members))
	c.incoming, err = c.Conn.ChanSubscribe(reportsSubject(c.exec), c.reports)
	if err != nil {
		return fmt.Errorf("listen for reports: %w", err)
	}
	return c.Conn.Flush()
}

// orderAll sends an order to every worker, once, and returns the first error.
func (c *coordination) orderAll(ctx context.Context, order Order) error {
	order = c.numbered(order)
	return each(c.members, maxOrdersAtOnce, func(m *member) error { return c.orderOnce(ctx, m.Worker, order) })
}

// numbered returns the order as the next one of this execution.
func (c *coordination) numbered(order Order) Order {
	c.seq++
	order.Exec, order.Epoch, order.Seq = c.exec, c.epoch, c.seq
	return order
}

// orderOnce sends an order to a worker. The error is a refusal if the worker
// refused.
func (c *coordination) orderOnce(ctx context.Context, w Hello, order Order) error {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	var reply Reply
	if err := c.request(ctx, w, askOrder, &order, &reply); err != nil {
		return err
	}
	return replyError(w, reply)
}

// discard makes the workers forget the execution. Nothing of it counts.
func (c *coordination) discard() {
	c.stopListening()
	c.Registry.SetRun(c.exec, "")
	ctx, cancel := context.WithTimeout(context.Background(), ackTimeout)
	defer cancel()
	if err := c.orderAll(ctx, Order{Kind: OrderDiscard}); err != nil && !errors.Is(err, errUnknownExec) {
		c.Log.Warn("a worker may wait for a run that was given up", "error", err)
	}
}

func (c *coordination) stopListening() {
	if c.incoming != nil {
		_ = c.incoming.Unsubscribe() // the connection may be closed
		c.incoming = nil
	}
}

// orderLead returns how long before its moment an order is to be sent: at least
// the given time, and what it takes to reach all workers. That is estimated by
// the slowest exchange of clocks, and by what each took of the server; on a
// busy machine both are longer.
func (c *coordination) orderLead(least time.Duration) time.Duration {
	var slowest time.Duration
	for _, m := range c.members {
		slowest = max(slowest, m.slowest)
	}
	perWorker := max(leadPerWorker, leadPerRequest*c.perRequest)
	return min(least+leadPerTrip*slowest, maxLead) + min(time.Duration(len(c.members))*perWorker, maxLead)
}

// readDrift estimates how the workers' clocks have drifted in the run. Workers
// that do not reply keep a drift of 0.
func (c *coordination) readDrift() {
	ctx, cancel := context.WithTimeout(context.Background(), ackTimeout)
	defer cancel()
	_ = each(c.members, clocksAtOnce, func(m *member) error {
		if after, err := c.readClock(ctx, m); err == nil && !m.Lost {
			m.Drift = after.Offset - m.Clock.Offset
		}
		return nil // the drift is only reported
	})
}

// each calls f for every item, at most limit at a time. It returns the first
// error.
func each[T any](items []T, limit int, f func(T) error) error {
	var group errgroup.Group
	group.SetLimit(limit)
	for _, item := range items {
		group.Go(func() error { return f(item) })
	}
	return group.Wait()
}
