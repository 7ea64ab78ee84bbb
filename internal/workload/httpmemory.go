package workload

import (
	"fmt"

	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// mostKept is how large an answer may be that is looked into.
const mostKept = 1 << 20

// looks reports whether answers are kept to be looked into, those of polls too.
func (c *caller) looks() bool { return c.expect.looks() || c.poll != nil }

// keep is how much of the first answer is looked into.
func (c *caller) keep() int {
	if c.expect.looks() || c.poll != nil && !c.poll.where.path.isZero() {
		return int(c.kept)
	}
	return 0
}

// connections is how many there may be. Where answers are kept there are, unless
// the spec says how many, no more than what jobs may take has room for.
func (c *caller) connections(values map[string]any, host Host) int64 {
	if wanted, given := values["connections"].(int64); given {
		return wanted
	}
	most, _ := host.maxConnections()
	if c.kept > 0 {
		most = max(1, min(most, c.memory.most/c.kept))
	}
	return most
}

// renderedCopies is how often a body that each job fills in is in memory: as it is
// rendered, and as it is sent.
const renderedCopies = 3

// rendered is how much memory the body takes that each job makes anew; 0 where all
// jobs send the same one.
func (c *caller) rendered() int64 { return c.request.rendered * renderedCopies }

// checkMemory refuses a plan whose jobs in flight would keep, or render, more than
// all jobs together may take.
func (c *caller) checkMemory(values map[string]any, p place) error {
	inFlight := max(p.inFlight, 1)
	reading := inFlight
	if wanted, given := values["connections"].(int64); given && !c.http2 {
		reading = min(inFlight, wanted)
	}
	body, kept := c.rendered(), c.kept
	if body <= c.memory.most/inFlight && kept <= (c.memory.most-body*inFlight)/reading {
		return nil
	}
	field, advice := "max_bytes", "give max_bytes, the most that an answer has, or fewer jobs in flight or connections"
	if body*inFlight > kept*reading {
		field, advice = "body", "give a smaller one, or fewer jobs in flight"
	}
	return wrongField(field, fmt.Sprintf("is too much: %d in flight with %s of memory each for a body that is rendered, and %d with %s each for an answer that is looked into; this host gives all jobs together %s (%s); %s",
		inFlight, budget.Size(body), reading, budget.Size(kept), c.memory.amount(c.memory.most), c.memory.flag, advice))
}

// largeBody is from which size on a rendered body is counted.
const largeBody = 64 << 10

// heldByJob is what a job is counted for while it runs, beside what checkMemory
// knows beforehand: the open model has as many jobs in flight as it comes to.
func (c *caller) heldByJob() int64 {
	held := int64(0)
	if body := c.rendered(); body > largeBody {
		held = body
	}
	if c.http2 { // whose connections have many answers at once
		held += c.kept
	}
	return held
}
