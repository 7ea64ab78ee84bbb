package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A ShardExecutor executes shards on this machine: the engine.
type ShardExecutor interface {
	// ResolveWith checks the workload of a shard, which has the given files. The
	// error is an *aurea.InvalidError.
	ResolveWith(plan aurea.Plan, from files.Source) (*workload.Resolved, error)
	// ExecuteAt acquires what the shard needs, calls ready once, and executes
	// the shard from the moment and within the lease that ready returns. See
	// engine.Engine.ExecuteAt.
	ExecuteAt(
		ctx context.Context, plan aurea.Plan, resolved *workload.Resolved,
		ready func(context.Context) (aurea.Start, error),
		controls <-chan aurea.Command, observe func(aurea.Progress),
	) (aurea.Measurement, error)
}

// WorkerOptions describe a worker.
type WorkerOptions struct {
	Hello    Hello         // who the worker is; State, Exec and Seq are set here
	Executor ShardExecutor // runs the shards
	Grace    time.Duration // how long a running shard may go on after Run's context is done
	Log      *slog.Logger
	Policy   workload.Policy // where the files of a run are, and how large they may be
}

// A Worker executes shards of runs that servers give it over NATS, one at a
// time.
type Worker struct {
	conn    *nats.Conn
	options WorkerOptions
	base    time.Time // zero of this worker's clock

	announcer *Announcer
	records   recordKeeper

	mu       sync.Mutex
	shard    *shardRun   // nil while idle
	files    *sentFiles  // of an execution that has no shard yet; nil if there are none
	kept     []*shardRun // those that ended last, until keepReport has passed
	draining bool
	shards   sync.WaitGroup
}

// NewWorker returns a worker that uses a connection. The caller closes the
// connection when Run has returned.
func NewWorker(conn *nats.Conn, o WorkerOptions) *Worker {
	o.Hello.State = Idle
	return &Worker{conn: conn, options: o, base: time.Now(), announcer: NewAnnouncer(conn, o.Hello, o.Log)}
}

// clock returns the worker's clock: the time since the worker was made.
func (w *Worker) clock() time.Duration { return time.Since(w.base) }

// Run serves until ctx is done. Then it accepts no shard, and returns when the
// present one has ended and a server has its report and its job records. After the
// grace the shard is stopped.
func (w *Worker) Run(ctx context.Context) error {
	stop, err := w.subscribe()
	if err != nil {
		return err
	}
	defer stop()
	announcing, silence := context.WithCancel(context.WithoutCancel(ctx))
	defer silence()
	announced := make(chan error, 1)
	go func() { announced <- w.announcer.Run(announcing) }()
	select {
	case err := <-announced:
		return err
	case <-ctx.Done():
	}
	w.drain()
	w.mu.Lock()
	for len(w.kept) > 0 {
		w.forget(w.kept[0])
	}
	w.mu.Unlock()
	silence()
	return <-announced
}

// drain refuses new shards. It waits for the present one, and until servers have
// the job records.
func (w *Worker) drain() {
	w.mu.Lock()
	w.draining = true
	w.files.remove()
	w.files = nil
	w.announce()
	w.mu.Unlock()
	timer := time.AfterFunc(w.options.Grace, func() {
		w.cancelShard(errors.New("the worker was stopped"))
		w.records.forgetAll()
	})
	defer timer.Stop()
	w.shards.Wait()
	w.records.wait()
}

// cancelShard stops the present shard, if there is one.
func (w *Worker) cancelShard(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shard != nil {
		w.shard.cancel(cause)
	}
}

// subscribe subscribes to the requests of servers, all of them at once: a
// server keeps memory for each subscription. stop ends it.
func (w *Worker) subscribe() (stop func(), err error) {
	serve := map[string]func([]byte) ([]byte, error){
		askFile:    encoded(w.serveFile),
		askPrepare: encoded(w.servePrepare),
		askClock:   encoded(w.serveClock),
		askOrder:   encoded(w.serveOrder),
		askAttach:  encoded(w.serveAttach),
		askRecords: w.records.serve,
	}
	own := workerSubject(w.options.Hello.ID, "")
	s, err := w.conn.Subscribe(own+"*", func(m *nats.Msg) {
		if f := serve[strings.TrimPrefix(m.Subject, own)]; f != nil {
			// A request may wait for resources, so each has its own goroutine.
			go w.reply(m, f)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listen for servers: %w", err)
	}
	return func() { _ = s.Unsubscribe() }, nil // the connection may be closed
}

// encoded returns a function that encodes the answers of another.
func encoded(serve func([]byte) message) func([]byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) { return Encode(serve(data)) }
}

// reply serves one request.
func (w *Worker) reply(m *nats.Msg, serve func([]byte) ([]byte, error)) {
	data, err := serve(m.Data)
	if err == nil && m.Reply != "" {
		err = m.Respond(data)
	}
	if err != nil {
		w.options.Log.Warn("a server got no reply", "subject", m.Subject, "error", err)
	}
}

// servePrepare reserves the worker for a shard and replies when the shard could
// start at once. The same request again waits for the same.
func (w *Worker) servePrepare(data []byte) message {
	var request Prepare
	if err := Decode(data, &request); err != nil {
		return replyTo(err)
	}
	shard, err := w.reserve(request)
	if err != nil {
		return replyTo(err)
	}
	return replyTo(shard.awaitReady())
}

// reserve makes a shard the worker's present one. It returns the present one if
// that is the same.
func (w *Worker) reserve(request Prepare) (*shardRun, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.shard != nil && w.shard.request.Exec == request.Exec:
		return w.shard, nil
	case w.shard != nil || w.files != nil && w.files.exec != request.Exec:
		return nil, errBusy
	case w.draining:
		return nil, errDraining
	}
	shard := newShardRun(w, request, w.files)
	w.shard, w.files = shard, nil
	w.shards.Go(func() {
		report := shard.run()
		w.release(shard)
		report()
	})
	w.announce()
	return shard, nil
}

// release makes the worker idle. It keeps a shard that ran for a while: its last
// report may be under way, and the server that has acknowledged it may die before
// it has stored the run.
func (w *Worker) release(shard *shardRun) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shard = nil
	shard.files.remove()
	if shard.presentState() == Running {
		w.keep(shard)
	}
	w.announce()
}

// keep keeps a shard until keepReport has passed. If there are too many, it
// forgets the oldest whose report a server has, or else the oldest. The caller
// holds the lock.
func (w *Worker) keep(shard *shardRun) {
	if len(w.kept) >= maxKeptShards {
		oldest := max(0, slices.IndexFunc(w.kept, func(s *shardRun) bool { return s.reporter.delivered() }))
		w.forget(w.kept[oldest])
	}
	w.kept = append(w.kept, shard)
	time.AfterFunc(keepReport, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.forget(shard)
	})
}

// forget drops a shard if it is kept. The caller holds the lock.
func (w *Worker) forget(shard *shardRun) {
	if i := slices.Index(w.kept, shard); i >= 0 {
		shard.discard()
		w.kept = slices.Delete(w.kept, i, i+1)
	}
}

// find returns the present or a kept shard of an execution; nil if there is
// none.
func (w *Worker) find(exec string) *shardRun {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shard != nil && w.shard.request.Exec == exec {
		return w.shard
	}
	for _, shard := range w.kept {
		if shard.request.Exec == exec {
			return shard
		}
	}
	return nil
}

// serveClock replies with the worker's clock. The last request of a series
// contains the estimate of the worker's offset.
func (w *Worker) serveClock(data []byte) message {
	now := w.clock()
	var request ClockAsk
	if err := Decode(data, &request); err != nil {
		w.options.Log.Warn("a request for the clock was not understood", "error", err)
	}
	if shard := w.find(request.Exec); shard != nil && request.Told != nil {
		shard.setClock(*request.Told)
	}
	return &ClockReply{Clock: int64(now)}
}

// serveOrder passes an order to the present or a kept shard.
func (w *Worker) serveOrder(data []byte) message {
	var order Order
	if err := Decode(data, &order); err != nil {
		return replyTo(err)
	}
	if order.Kind == OrderDiscard && w.dropFiles(order.Exec) {
		return replyTo(nil)
	}
	shard := w.find(order.Exec)
	if shard == nil {
		return replyTo(errUnknownExec)
	}
	err := shard.obey(order)
	if order.Kind == OrderStart {
		w.mu.Lock()
		w.announce()
		w.mu.Unlock()
	}
	return replyTo(err)
}

// serveAttach gives the present or a kept shard to the server that has taken
// its run over.
func (w *Worker) serveAttach(data []byte) message {
	var request Attach
	if err := Decode(data, &request); err != nil {
		return &Attached{Problem: clip(err.Error())}
	}
	shard := w.find(request.Exec)
	if shard == nil {
		return &Attached{Problem: errUnknownExec.Error()}
	}
	attached, err := shard.attach(request.Epoch)
	if err != nil {
		return &Attached{Problem: clip(err.Error())}
	}
	return &attached
}

// announce tells all servers what the worker does. The caller holds the lock.
func (w *Worker) announce() {
	state, exec := Idle, ""
	switch {
	case w.shard != nil:
		state, exec = w.shard.presentState(), w.shard.request.Exec
	case w.files != nil:
		state, exec = Reserved, w.files.exec
	}
	if w.draining {
		state = Draining
	}
	w.announcer.Set(state, exec)
}
