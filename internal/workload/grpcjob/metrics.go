package grpcjob

import "github.com/aurea-orchestrator/aurea"

// The indexes of the phases. Those from phaseDNS to phaseTLS are reported by
// one job of each connection that is made.
const (
	phaseWait = iota
	phaseDNS
	phaseConnect
	phaseTLS
	phaseHeaders
	phaseFirstMessage
	phaseLastMessage
)

// The indexes of the counters.
const (
	countMessagesSent = iota
	countMessagesReceived
	countSent
	countReceived
	countConnections
)

// metrics names what the jobs report.
var metrics = aurea.MetricNames{
	Phases:   []string{"wait", "dns", "connect", "tls", "headers", "first_message", "last_message"},
	Counters: []string{"messages_out", "messages_in", "bytes_out", "bytes_in", "connections"},
}
