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

	firstReconnectDelay = 50 * time.Millisecond
	maxReconnectDelay   = 2 * time.Second
)
