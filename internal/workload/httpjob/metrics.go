package httpjob

import (
	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// The indexes of the phases of http jobs. Those from phaseAccept on exist only
// with poll.
const (
	phaseWait = iota
	phaseDNS
	phaseConnect
	phaseTLS
	phaseFirstByte
	phaseBody
	phaseAccept
	phaseQueue
	phasePoll
	phaseCompletion
)

// The indexes of the counters. Those from countPolls on exist only with poll.
const (
	countSent = iota
	countReceived
	countConnections
	countResumed
	countRedirects
	countRetries
	countPolls
	countPollsSent
	countPollsReceived
)

// metrics names what the jobs report.
func (p *params) metrics() aurea.MetricNames {
	m := aurea.MetricNames{
		Phases:   []string{"wait", "dns", "connect", "tls", "first_byte", "body"},
		Counters: []string{"bytes_out", "bytes_in", "connections", "tls_resumed", "redirects", "retries"},
	}
	if p.poll != nil {
		m.Phases = append(m.Phases, "accept", "queue", "poll", "completion")
		m.Counters = append(m.Counters, "polls", "poll_bytes_out", "poll_bytes_in")
	}
	if p.options.Decompress {
		m.Counters = append(m.Counters, "bytes_decoded")
		if p.poll != nil {
			m.Counters = append(m.Counters, "poll_bytes_decoded")
		}
	}
	return m
}

// exchangeMetrics reports what exchanges took. Polls are reported apart.
type exchangeMetrics struct {
	metrics workload.JobMetrics
	polls   bool
	decoded int // the index of the counter of decoded bytes; 0 if none are
}

// metricsOf reports the exchanges of a job, its polls or the others.
func (p *params) metricsOf(metrics workload.JobMetrics, polls bool) exchangeMetrics {
	m := exchangeMetrics{metrics: metrics, polls: polls}
	switch {
	case !p.options.Decompress:
	case polls:
		m.decoded = countPollsReceived + 2
	case p.poll != nil:
		m.decoded = countPollsReceived + 1
	default:
		m.decoded = countRetries + 1
	}
	return m
}

// exchange reports a request and its response.
func (m exchangeMetrics) exchange(response *httpclient.Response) {
	p := response.Phases
	m.metrics.Count(countRetries, response.Retries)
	if response.Status > 0 {
		m.metrics.Status(response.Status)
	}
	if m.decoded > 0 {
		m.metrics.Count(m.decoded, response.Decoded)
	}
	if m.polls {
		m.metrics.Phase(phasePoll, p.Wait+p.DNS+p.Connect+p.TLS+p.FirstByte+p.Body)
		m.metrics.Count(countPolls, 1)
		m.metrics.Count(countPollsSent, response.Sent)
		m.metrics.Count(countPollsReceived, response.Received)
		return
	}
	m.metrics.Phase(phaseWait, p.Wait)
	if response.Connected {
		if p.DNS > 0 {
			m.metrics.Phase(phaseDNS, p.DNS)
		}
		m.metrics.Phase(phaseConnect, p.Connect)
		if p.TLS > 0 {
			m.metrics.Phase(phaseTLS, p.TLS)
		}
		m.metrics.Count(countConnections, 1)
		if response.Resumed {
			m.metrics.Count(countResumed, 1)
		}
	}
	if response.Status > 0 {
		m.metrics.Phase(phaseFirstByte, p.FirstByte)
		m.metrics.Phase(phaseBody, p.Body)
	}
	m.metrics.Count(countSent, response.Sent)
	m.metrics.Count(countReceived, response.Received)
}

// redirect reports a redirect that is followed.
func (m exchangeMetrics) redirect() {
	if !m.polls {
		m.metrics.Count(countRedirects, 1)
	}
}
