package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A notedRun is what a server needs, beside the plan, to take a run over.
type notedRun struct {
	Exec    string            `json:"exec"`
	Metrics aurea.MetricNames `json:"metrics"`
	Workers []notedWorker     `json:"workers"`           // in the order of their shards
	Remarks []string          `json:"remarks,omitempty"` // on earlier starts
}

type notedWorker struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Weight int    `json:"weight"`
}

// noted returns what Resume needs.
func (c *coordination) noted() []byte {
	noted := notedRun{Exec: c.exec, Metrics: c.metrics, Remarks: c.remarks}
	for _, m := range c.members {
		noted.Workers = append(noted.Workers, notedWorker{ID: m.Worker.ID, Name: m.Worker.Name, Weight: m.Worker.Weight})
	}
	data, _ := json.Marshal(noted) // always encodes
	return data
}

// Resume takes over a run that another server, or an earlier life of this one,
// has begun and noted. The claim's epoch is higher than that of the server
// before. Workers that hold their lease go on. From the others it collects what
// they did, and the run ends as interrupted. Either way each job is accounted for.
// It is an error without a measurement if no worker keeps anything of the run.
func (d *Dispatcher) Resume(
	ctx context.Context, plan aurea.Plan, claim aurea.Claim,
	controls <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	var run notedRun
	if err := json.Unmarshal(claim.Noted, &run); err != nil {
		return aurea.Measurement{}, fmt.Errorf("read what was noted of the run: %w", err)
	}
	c, err := d.newCoordination(plan, run.Metrics, claim.Epoch, d.knownWorkers(ctx, run.Workers))
	if err != nil {
		return aurea.Measurement{}, err
	}
	if len(c.members) != len(run.Workers) {
		return aurea.Measurement{}, errors.New("what was noted of the run does not fit its plan")
	}
	c.exec, c.adopted, c.remarks = run.Exec, true, run.Remarks
	if err := c.listen(); err != nil {
		return aurea.Measurement{}, err
	}
	d.Registry.SetRun(c.exec, claim.Run)
	attached := c.attachAll(ctx)
	if err := whyNotResumed(attached, claim.HandOver); err != nil {
		c.stopListening()
		d.Registry.SetRun(c.exec, "")
		return aurea.Measurement{}, err
	}
	c.setStart(attached)
	w := newWatcher(c, observe)
	w.adopt(attached)
	return w.watch(ctx, controls, claim.HandOver)
}

// whyNotResumed returns why a run is not resumed here: this server ends, or all
// workers have forgotten what they did, because no server came in time.
func whyNotResumed(attached []attachment, handOver <-chan struct{}) error {
	if isClosed(handOver) {
		return aurea.ErrHandedOver
	}
	for _, a := range attached {
		if !errors.Is(a.err, errUnknownExec) {
			return nil
		}
	}
	return errors.New("its workers have forgotten it, a minute after they stopped")
}

// knownWorkers returns the hellos of noted workers. It waits for them a moment,
// because this server may have just begun to listen. A worker that has not said
// hello has its ID, name and weight only.
func (d *Dispatcher) knownWorkers(ctx context.Context, noted []notedWorker) []Hello {
	ctx, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	workers := make([]Hello, len(noted))
	for i, n := range noted {
		workers[i] = d.awaitHello(ctx, n.ID)
		workers[i].ID, workers[i].Name, workers[i].Weight = n.ID, n.Name, n.Weight // by which the plan was cut
	}
	return workers
}

// awaitHello returns the hello of a worker; the zero value if none comes before
// ctx is done.
func (d *Dispatcher) awaitHello(ctx context.Context, id string) Hello {
	for {
		changed := d.Registry.Changed()
		if hello, known := d.Registry.Find(id); known {
			return hello
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Hello{}
		}
	}
}

// An attachment is what a worker replied to attach.
type attachment struct {
	Attached
	err error // why the worker has no account any more; nil if it replied
}

// attachAll attaches to all workers, and reads the clocks of those that reply.
func (c *coordination) attachAll(ctx context.Context) []attachment {
	attached := make([]attachment, len(c.members))
	ctx, cancel := context.WithTimeout(ctx, c.lostAfter())
	defer cancel()
	_ = each(c.members, maxOrdersAtOnce, func(m *member) error {
		attached[m.index] = c.attach(ctx, m)
		return nil // each attachment has its own error
	})
	return attached
}

// attach asks a worker for its shard until it replies or ctx is done.
func (c *coordination) attach(ctx context.Context, m *member) (a attachment) {
	for {
		a.err = c.attachOnce(ctx, m, &a.Attached)
		if a.err == nil {
			m.Clock, a.err = c.readClock(ctx, m)
		}
		if a.err == nil || isRefusal(a.err) || !sleep(ctx, repeatAfter) {
			return a
		}
	}
}

func (c *coordination) attachOnce(ctx context.Context, m *member, reply *Attached) error {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	*reply = Attached{}
	if err := c.request(ctx, m.Worker, askAttach, &Attach{Exec: c.exec, Epoch: c.epoch}, reply); err != nil {
		return err
	}
	return replyError(m.Worker, Reply{Problem: reply.Problem})
}

// setStart finds the run's start by the worker whose clock is known best. If no
// worker has replied, the run has just begun and is lost.
func (c *coordination) setStart(attached []attachment) {
	c.startAt = c.clock()
	best := time.Duration(aurea.Forever)
	for i, m := range c.members {
		if attached[i].err == nil && m.Clock.Bound < best {
			best = m.Clock.Bound
			c.startAt = time.Duration(m.Clock.ToCoordinator(attached[i].Start))
		}
	}
	c.started = c.base.Add(c.startAt)
}

// adopt enters what the workers did before into the books. It brings all workers
// to the same course: an order of the server before may not have reached all.
func (w *watcher) adopt(attached []attachment) {
	var course []TimedControl
	for _, a := range attached {
		if len(a.Controls) > len(course) {
			course = a.Controls
		}
	}
	for _, c := range course {
		if _, err := w.enter(c.Control, c.At); err != nil {
			w.Log.Error("a control of the server before was not entered", "exec", w.exec, "error", err)
		}
	}
	for i, m := range w.members {
		if err := w.adoptShard(m, attached[i]); err != nil {
			w.lose(m, err.Error())
			continue
		}
		for _, c := range course[min(len(attached[i].Controls), len(course)):] {
			order := Order{Kind: OrderControl, At: int64(w.startAt + c.At), Control: &c.Control}
			w.orders.send(order, []Hello{m.Worker}, func(error) {}) // it is logged by the worker
		}
	}
}

// adoptShard enters what one worker did before.
func (w *watcher) adoptShard(m *member, a attachment) error {
	if a.err != nil {
		return a.err
	}
	if len(a.Sum) == 0 {
		m.Books.hear(w.now())
		return nil
	}
	if err := w.report.UnmarshalBinary(a.Sum); err != nil {
		return err
	}
	if err := m.Books.Adopt(w.report, w.now()); err != nil {
		return err
	}
	w.merger.Add(m.index, w.report)
	return nil
}
