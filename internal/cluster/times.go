package cluster

import "time"

// The times of connections.
const (
	pingEvery    = 10 * time.Second // between two pings of a connection
	maxPings     = 2                // unanswered pings that end a connection
	dialTimeout  = 5 * time.Second  // to reach a NATS server and to log in
	drainTimeout = 2 * time.Second  // to send what is buffered when a connection is closed
	replyWithin  = time.Minute      // a worker may answer a request this long

	firstReconnectDelay = 50 * time.Millisecond
	maxReconnectDelay   = 2 * time.Second
)
