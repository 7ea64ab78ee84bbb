package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// collectRecords pulls the job records of all workers into the log of the whole
// run. Jobs whose records cannot be had are counted as omitted, and the warnings
// say why. A few workers are asked at a time, so memory is bounded.
func (w *watcher) collectRecords() (log *aurea.JobLog, warnings []string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	patience := time.AfterFunc(recordsQuiet, cancel)
	defer patience.Stop()
	log = w.plan.NewJobLog()
	problems := make([]error, len(w.members))
	_ = each(w.members, recordsAtOnce, func(m *member) error {
		pull := recordPull{member: m, coordination: w.coordination, log: log, heard: func() { patience.Reset(recordsQuiet) }}
		problems[m.index] = pull.run(ctx)
		return nil // each worker has a problem of its own
	})
	for i, err := range problems {
		m := w.members[i]
		if err == nil {
			log.Omit(m.Books.Final().Omitted)
			continue
		}
		started := m.Books.Started()
		log.Omit(started)
		w.Log.Warn("job records are missing", "worker", m.Worker.Name, "exec", w.exec, "jobs", started, "error", err)
		if len(warnings) < maxWarnings {
			warnings = append(warnings, fmt.Sprintf("job records of worker %s are missing (%d): %v",
				m.Worker.Name, started, err))
		}
	}
	return log, warnings
}

// A recordPull is the pull of one worker's job records.
type recordPull struct {
	*coordination
	member *member
	log    *aurea.JobLog
	heard  func() // is called with every part

	next   int64                 // job of the shard after the last one that was put
	counts [aurea.Lost + 1]int64 // of the records that were put
}

// run pulls the records and puts them into the log. After an error the log has
// none of them.
func (p *recordPull) run(ctx context.Context) error {
	books := p.member.Books
	if !books.Ended() {
		return errors.New("it was lost")
	}
	defer p.release()
	for more := books.Final().Records > 0; more; {
		data, err := p.ask(ctx)
		if err == nil {
			more, err = decodeRecords(data, p.next, p.put)
		}
		if err != nil {
			p.undo()
			return err
		}
	}
	if err := p.checkCounts(); err != nil {
		p.undo()
		return err
	}
	return nil
}

// ask returns the next part. It asks again while the worker does not reply.
func (p *recordPull) ask(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, recordsPatience)
	defer cancel()
	data, err := Encode(&RecordsAsk{Exec: p.exec, From: p.next})
	if err != nil {
		return nil, err
	}
	for {
		part, err := p.askOnce(ctx, data)
		if err == nil {
			p.heard()
			return part, nil
		}
		if p.Conn.IsClosed() || !sleep(ctx, repeatAfter) {
			return nil, fmt.Errorf("it does not reply: %w", err)
		}
	}
}

func (p *recordPull) askOnce(ctx context.Context, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, recordsTimeout)
	defer cancel()
	m, err := p.Conn.RequestWithContext(ctx, workerSubject(p.member.Worker.ID, askRecords), data)
	if err != nil {
		return nil, err
	}
	return m.Data, nil
}

// put checks a record and puts it into the log, by its number in the whole plan.
// Records come in the order of their jobs, so each comes once.
func (p *recordPull) put(job aurea.JobRecord) error {
	shard, duration := p.member.Shard, p.member.Books.Final().Duration
	if job.Index >= shard.Jobs {
		return fmt.Errorf("there is a record of job %d, and the shard has %d jobs", job.Index, shard.Jobs)
	}
	number := shard.Job(job.Index)
	if number >= aurea.MaxJobs {
		return fmt.Errorf("there is a record of job %d, and jobs have records up to %d", number, aurea.MaxJobs)
	}
	if job.Intended < 0 || job.End > duration {
		return fmt.Errorf("job %d was due at %s and ended at %s, and the shard lasted %s",
			number, job.Intended, job.End, duration)
	}
	p.log.Put(number, job.Outcome, job.Intended, job.Start, job.End)
	p.next = job.Index + 1
	p.counts[job.Outcome]++
	return nil
}

// checkCounts compares the outcomes of the records with those of the tallies. Jobs
// without a record are known by their number only.
func (p *recordPull) checkCounts() error {
	judged, warmup := p.member.Books.Counts()
	started, omitted := p.member.Books.Started(), p.member.Books.Final().Omitted
	ended := judged.Ended() + warmup.Ended()
	var records int64
	for _, n := range p.counts {
		records += n
	}
	if records+omitted != started {
		return fmt.Errorf("it has %d records and omitted %d, and %d jobs were started", records, omitted, started)
	}
	for _, part := range []struct {
		outcome aurea.Outcome
		counted int64
	}{
		{aurea.OK, judged.OK + warmup.OK},
		{aurea.Failed, judged.Failed + warmup.Failed},
		{aurea.TimedOut, judged.Timeout + warmup.Timeout},
		{aurea.Cancelled, started - ended},
		{aurea.Dropped, 0},
		{aurea.Lost, 0},
	} {
		if n := p.counts[part.outcome]; n > part.counted || n < part.counted-omitted {
			return fmt.Errorf("it has %d records of jobs that are %s, and its reports have %d", n, part.outcome, part.counted)
		}
	}
	return nil
}

// undo removes the records of this worker from the log.
func (p *recordPull) undo() {
	for k := range p.next {
		p.log.Delete(p.member.Shard.Job(k))
	}
}

// release tells the worker that it need not keep the records any more. If that
// message is lost, they expire there.
func (p *recordPull) release() {
	data, err := Encode(&RecordsAsk{Exec: p.exec, Done: true})
	if err == nil {
		err = p.Conn.Publish(workerSubject(p.member.Worker.ID, askRecords), data)
	}
	if err != nil {
		p.Log.Debug("a worker keeps its records until they expire", "worker", p.member.Worker.Name, "error", err)
	}
}
