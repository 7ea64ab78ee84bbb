package cluster

import (
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A recordKeeper keeps the job records of ended shards at a worker, until their
// coordinators have them. Its methods are safe for concurrent use.
type recordKeeper struct {
	mu      sync.Mutex
	logs    []*keptLog // the oldest first
	keeping sync.WaitGroup
}

// A keptLog is the log of one shard. It expires when no server asks for it.
type keptLog struct {
	exec    string
	log     *aurea.JobLog
	records int64
	expiry  *time.Timer // nil before the last report is acknowledged or given up
}

// keep keeps the log of a shard that has ended. Older logs are forgotten if there
// are too many, so a coordinator that died does not cost the worker its memory.
func (k *recordKeeper) keep(exec string, log *aurea.JobLog, records int64) {
	if records == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keeping.Add(1)
	k.logs = append(k.logs, &keptLog{exec: exec, log: log, records: records})
	var sum int64
	for _, kept := range k.logs {
		sum += kept.records
	}
	for len(k.logs) > maxKeptLogs || len(k.logs) > 1 && sum > aurea.MaxJobs {
		sum -= k.logs[0].records
		k.remove(0)
	}
}

// expire lets the log of a shard expire after keepRecords.
func (k *recordKeeper) expire(exec string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := k.find(exec); i >= 0 && k.logs[i].expiry == nil {
		k.logs[i].expiry = time.AfterFunc(keepRecords, func() { k.forget(exec) })
	}
}

// find returns the index of the log of a shard; -1 without one. The lock is held.
func (k *recordKeeper) find(exec string) int {
	return slices.IndexFunc(k.logs, func(kept *keptLog) bool { return kept.exec == exec })
}

// get returns the log of a shard, nil without one, and defers its expiry.
func (k *recordKeeper) get(exec string) *aurea.JobLog {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := k.find(exec)
	if i < 0 {
		return nil
	}
	if kept := k.logs[i]; kept.expiry != nil {
		kept.expiry.Reset(keepRecords)
	}
	return k.logs[i].log
}

// forget frees the log of a shard, if it is kept.
func (k *recordKeeper) forget(exec string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := k.find(exec); i >= 0 {
		k.remove(i)
	}
}

// remove frees the i-th log. The lock is held.
func (k *recordKeeper) remove(i int) {
	if expiry := k.logs[i].expiry; expiry != nil {
		expiry.Stop()
	}
	k.logs = slices.Delete(k.logs, i, i+1)
	k.keeping.Done()
}

// forgetAll frees all logs.
func (k *recordKeeper) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.logs) > 0 {
		k.remove(0)
	}
}

// wait returns when no log is kept. No log may be added meanwhile.
func (k *recordKeeper) wait() { k.keeping.Wait() }

// serve answers a RecordsAsk with a part of the records.
func (k *recordKeeper) serve(data []byte) ([]byte, error) {
	var ask RecordsAsk
	if err := Decode(data, &ask); err != nil {
		return recordsProblem(err), nil
	}
	if ask.Done {
		k.forget(ask.Exec)
		return nil, nil
	}
	log := k.get(ask.Exec)
	if log == nil {
		return recordsProblem(errNoRecords), nil
	}
	return appendRecords(make([]byte, 0, maxPiece), log, ask.From), nil
}
