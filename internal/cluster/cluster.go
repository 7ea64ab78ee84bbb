// Package cluster runs one benchmark on several machines and merges what they
// measured without loss.
//
// Its stance: a worker is the engine behind a wire. The coordinator cuts the
// plan into shards, one for each worker, and all workers begin at one agreed
// moment. A worker reports once an interval, and the answer renews its lease:
// its permission to start jobs. A shard's account is the sum of its reports,
// each counted once and in order, so that duplicates and late messages change
// nothing. Jobs of a lost worker are counted as lost and never run again.
//
// Wire.go has the messages, report.go the report. Books.go keeps the account of
// a shard. Merge.go merges the intervals of all shards, and measurement.go the
// accounts. Clock.go relates the clocks. These files are pure: they read no
// clock, start no goroutine and know no transport.
//
// Messages travel over NATS' core: a shard goes to a named worker once, so there
// is nothing to queue or to store. Subjects.go has the table of subjects,
// permissions.go what each role may do with them. Embed.go is a NATS server in
// this process, connect.go connects to one, presence.go knows the workers there.
// Filesend.go sends the files of a spec before a run, and filekeep.go keeps them at
// a worker. Records.go pulls the job records when a run is over.
package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Protocol is the version of the messages. Workers of another one are refused.
const Protocol = 5

// The times of the protocol.
const (
	ReportInterval = time.Second             // between two reports of a worker, and a multiple of it
	Lease          = 4 * time.Second         // a worker's permission, from when it sent an acknowledged report
	LostAfter      = 5 * time.Second         // since the coordinator received the last report
	booksOpen      = 5 * time.Second         // how long reports of a lost worker are still accepted
	mergeGrace     = 1500 * time.Millisecond // how long an interval waits for the reports of its end
	maxLease       = time.Minute             // that a peer can ask for
	elapsedGrace   = 2 * time.Second         // how far a worker's clock may be ahead of the coordinator's
	dueGrace       = time.Second             // how far a worker's schedule may be ahead of the coordinator's
)

// The limits of what a peer can send.
const (
	maxPayload = 1 << 20   // bytes of any message: NATS' own limit
	maxPrepare = 900 << 10 // bytes
	maxMessage = 16 << 10  // bytes of any other message in JSON
	maxReport  = maxPayload - 4<<10
	maxPiece   = 512 << 10 // bytes of the breakdown in one report, and of a file in one part

	maxSoFar = 256 << 10 // bytes of the breakdown so far in one report

	maxBreakdown = 32 << 20  // bytes of the breakdown of a worker, in all of its reports
	maxSoFarOf   = 64        // workers of a run that report their breakdown so far: decoding it takes 0.3 MB each
	maxFileBytes = 512 << 20 // of all files of a run
	maxFiles     = 10_000    // of a run
	maxFileName  = 4096      // bytes
	maxWorkers   = 100_000
	maxWeight    = 1 << 16
	maxClasses   = 64  // of failures of a worker
	maxClass     = 64  // bytes of the name of a class
	maxText      = 200 // bytes of any other name or message
	maxTraced    = 500 // traced jobs in a report
	MaxLabels    = 16
	maxRamps     = 1000                 // of a profile
	maxControls  = aurea.MaxChanges + 1 // of a run: the last one may resume it
)
