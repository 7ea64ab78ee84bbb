package cluster

import "time"

// The times of presence and of connections.
const (
	helloEvery   = 5 * time.Second  // between two hellos of a worker
	goneAfter    = 15 * time.Second // without a hello, a worker is gone
	forgetAfter  = time.Minute      // without a hello, a worker is not listed any more
	expireEvery  = time.Second      // between two looks for workers that fell silent
	pingEvery    = 10 * time.Second // between two pings of a connection
	maxPings     = 2                // unanswered pings that end a connection
	dialTimeout  = 5 * time.Second  // to reach a NATS server and to log in
	drainTimeout = 2 * time.Second  // to send what is buffered when a connection is closed
	replyWithin  = time.Minute      // a worker may answer a request this long

	// A connection is tried again after firstReconnectDelay, then twice as long
	// each time. For quickAttempts, longer than a lease, it is never long.
	firstReconnectDelay = 50 * time.Millisecond
	quickReconnectDelay = 250 * time.Millisecond
	quickAttempts       = 30
	maxReconnectDelay   = 2 * time.Second

	serverPingEvery = time.Second            // as pingEvery: all reports of a run come by one connection
	pingAfter       = 500 * time.Millisecond // without an answer to a report, NATS is asked for a pong
	overdue         = 250 * time.Millisecond // a process that wakes this late has slept itself
)

// The times of a run.
const (
	offerTimeout  = 10 * time.Second        // a prepared worker waits this long for its start
	fileTimeout   = 5 * time.Second         // for the reply to a part of a file
	filePatience  = 20 * time.Second        // with workers that do not reply to a part of a file
	keepFiles     = time.Minute             // a worker keeps files this long after their last part came
	helloWithin   = time.Second             // a server that takes a run over waits this long for hellos
	clockTimeout  = 2 * time.Second         // to read the clock of one worker
	ackTimeout    = 1500 * time.Millisecond // for the reply to a report or an order
	repeatAfter   = 100 * time.Millisecond  // between two attempts to send the same
	orderTimeout  = 5 * time.Second         // to make all workers obey an order
	keepReport    = time.Minute             // a worker keeps its last report this long
	retryBusy     = 250 * time.Millisecond  // before busy workers are asked again, up to twice as long
	reportSpacing = 500 * time.Microsecond  // between the reports of two workers, if the interval allows it
	watchEvery    = 100 * time.Millisecond  // between two looks for silent workers

	keepRecords     = time.Minute      // a worker keeps job records this long after it was asked for some
	recordsTimeout  = 5 * time.Second  // for the reply with a part of the records
	recordsPatience = 10 * time.Second // with a worker that sends no part
	recordsQuiet    = 15 * time.Second // in which no worker sends a part

	// The start is ordered this long before its moment: firstLead, leadPerTrip
	// times the slowest exchange of clocks, and for each worker leadPerWorker, or
	// leadPerRequest times what its exchanges took of the server.
	firstLead      = 25 * time.Millisecond
	leadPerTrip    = 4
	leadPerRequest = 2
	leadPerWorker  = 100 * time.Microsecond
	leadGrowth     = 4           // of firstLead, after each false start
	maxLead        = time.Second // of both parts, each
)

// Limits of what a coordinator does at once, and of what it tolerates.
const (
	clocksAtOnce    = 16  // workers whose clocks are read at once
	maxOrdersAtOnce = 256 // workers that are asked or ordered at once
	maxFalseStarts  = 3   // attempts to start a run again
	maxMalformed    = 3   // reports in a row that are not understood
	filesAtOnce     = 32  // workers to which a part of a file is sent at once
	recordsAtOnce   = 8   // workers whose job records are pulled at once
	maxKeptLogs     = 8   // shards of which a worker keeps job records
	maxKeptShards   = 8   // that a worker keeps when they have ended
	maxWarnings     = 10  // remarks in a result on workers
)
