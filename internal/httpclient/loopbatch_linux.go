package httpclient

import "github.com/aurea-orchestrator/aurea/internal/platform"

// Where at least minBatched connections are ready, a chunk of them receives
// together, and then sends together. A larger chunk would keep the thread in the
// kernel for longer, where the scheduler cannot stop it.
const (
	minBatched = 4
	maxChunk   = platform.MaxBatch / 2
)

// startBatching lets the loop batch calls on its sockets, if the system can.
func (l *EventLoop) startBatching() {
	if batch, err := platform.NewSocketBatch(); err == nil {
		l.batch, l.batchFrom = batch, minBatched
	}
}

// receiveAll receives for connections that are ready, which then Receive.
func (l *EventLoop) receiveAll(ready []*LoopConn) {
	if !l.batching {
		return
	}
	for _, x := range ready {
		if !x.watched || !x.begun || x.connecting {
			continue
		}
		if room := x.room(); len(room) > 0 {
			l.batch.Add(platform.SocketCall{FD: x.fd, Data: room, Tag: x.number})
		}
	}
	l.submit()
}

// sendLater adds a request to the batch, in a Wait that batches calls.
func (l *EventLoop) sendLater(x *LoopConn) bool {
	if !l.batching {
		return false
	}
	if l.batch.Len() == maxChunk {
		l.submit()
	}
	l.batch.Add(platform.SocketCall{FD: x.fd, Send: true, Data: x.unsent(), Tag: x.number})
	x.sending = true
	return true
}

// submit makes the calls of the batch.
func (l *EventLoop) submit() {
	if l.batch == nil || l.batch.Len() == 0 {
		return
	}
	calls := l.batch.Submit()
	at := now()
	for i := range calls {
		switch c, x := &calls[i], l.conns[calls[i].Tag]; {
		case !c.Send:
			x.receivedInBatch(c.N, c.Err, at)
		default:
			x.sending = false
			if x.took(c.N); c.N < len(c.Data) {
				l.cut = append(l.cut, x)
			}
		}
	}
}

// proceedCut lets the connections proceed whose requests were not sent whole.
func (l *EventLoop) proceedCut(ready func(owner any)) {
	for _, x := range l.cut {
		if x.watched {
			ready(x.owner)
		}
	}
	clear(l.cut)
	l.cut = l.cut[:0]
}
