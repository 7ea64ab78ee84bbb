package cluster

import (
	"errors"
	"fmt"
)

// The reasons for which a worker refuses a request, beside those of a plan that
// it cannot execute. The server compares their texts, so they are part of the
// protocol.
var (
	errBusy        = errors.New("busy: the worker has a shard of another run")
	errDraining    = errors.New("draining: the worker is about to end")
	errUnknownExec = errors.New("unknown: the worker has no shard of this execution")
	errTooLate     = errors.New("late: the moment to start has passed")
	errFenced      = errors.New("fenced: another server has taken the run over")
	errNoClock     = errors.New("no clock: the worker was not told the offset of its clock")
	errStopped     = errors.New("stopped: the server ended the run")
	errNoRecords   = errors.New("no records: the worker keeps none of this execution")
)

var refusals = []error{errBusy, errDraining, errUnknownExec, errTooLate, errFenced, errNoClock, errStopped}

// replyTo returns the reply to a request that failed, or succeeded if err is
// nil.
func replyTo(err error) *Reply {
	if err == nil {
		return &Reply{}
	}
	return &Reply{Problem: clip(err.Error())}
}

// A refusal is the error of a request that reached a worker.
type refusal struct {
	worker string // its name
	reason error
}

func (r *refusal) Error() string { return fmt.Sprintf("worker %s: %v", r.worker, r.reason) }
func (r *refusal) Unwrap() error { return r.reason }

// A noReply is the error of a request that did not reach a worker, or whose reply
// was lost.
type noReply struct {
	worker Hello
	reason error
}

func (n *noReply) Error() string {
	return fmt.Sprintf("worker %s does not reply: %v", n.worker.Name, n.reason)
}
func (n *noReply) Unwrap() error { return n.reason }

// replyError returns the refusal in a worker's reply; nil if there is none.
func replyError(w Hello, reply Reply) error {
	if reply.Problem == "" {
		return nil
	}
	for _, known := range refusals {
		if reply.Problem == known.Error() {
			return &refusal{w.Name, known}
		}
	}
	return &refusal{w.Name, errors.New(reply.Problem)}
}

// isRefusal reports whether a request reached the worker and was refused.
func isRefusal(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}
