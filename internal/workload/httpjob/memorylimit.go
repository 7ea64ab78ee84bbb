package httpjob

import (
	"slices"

	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/param"
)

// maxInspected limits the bytes of a response that is inspected.
const maxInspected = 1 << 20

// inspects reports whether responses are kept to be inspected, those to polls
// included.
func (p *params) inspects() bool { return p.expect.inspects() || p.capturesBody() || p.poll != nil }

// capturesBody reports whether a value is captured in the body of a response.
func (p *params) capturesBody() bool {
	return slices.ContainsFunc(p.captures, func(c capture) bool { return c.body })
}

// kept returns how many bytes of the first response are kept.
func (p *params) kept() int {
	first := p.expect.inspects() || p.capturesBody() && p.poll == nil
	if first || p.poll != nil && !p.poll.where.path.isZero() {
		return int(p.maxKept)
	}
	return int(p.sampleKept)
}

// heldByResponse returns how many bytes of a response are in memory: what is
// kept of it and, while it is decoded, the encoded body.
func (p *params) heldByResponse() int64 { return p.maxKept + p.encoded }

// bodyCopies is how often a rendered body is in memory: as it is rendered, and
// as it is sent.
const bodyCopies = 3

// renderedMemory returns the memory of a job's rendered body; 0 if all jobs send
// the same request.
func (p *params) renderedMemory() int64 { return p.request.rendered * bodyCopies }

// checkMemory refuses a plan whose jobs in flight would keep or render more than
// the memory limit.
func (p *params) checkMemory(inFlight int64) error {
	inFlight = max(inFlight, 1)
	reading := inFlight
	if p.connections > 0 && !p.options.HTTP2 {
		reading = min(inFlight, p.connections)
	}
	body, kept := p.renderedMemory(), p.heldByResponse()
	if body <= p.memory.Max/inFlight && kept <= (p.memory.Max-body*inFlight)/reading {
		return nil
	}
	field := "max_bytes"
	advice := "give max_bytes, the most that an answer has, or fewer jobs in flight or connections"
	if body*inFlight > kept*reading {
		field, advice = "body", "give a smaller one, or fewer jobs in flight"
	}
	return param.Invalid(field, "is too much: %d in flight with %s of memory each for a body that is rendered, "+
		"and %d with %s each for an answer that is looked into; %v; %s",
		inFlight, budget.Size(body), reading, budget.Size(kept), p.memory, advice)
}

// largeBody is the size from which on a rendered body is counted.
const largeBody = 64 << 10

// heldByJob returns how many bytes a job takes from the memory limit while it
// runs. It matters in the open model, where checkMemory does not know how many
// jobs will be in flight.
func (p *params) heldByJob() int64 {
	held := int64(0)
	if body := p.renderedMemory(); body > largeBody {
		held = body
	}
	if p.options.HTTP2 { // one connection has many responses at once
		held += p.heldByResponse()
	}
	return held
}
