//go:build unix

package torture

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// A mode is what a proxy does with the bytes of its connections.
type mode int

const (
	pass    mode = iota
	cut          // connections end, and new ones too
	swallow      // half-open: bytes vanish, then and later; new connections get no answer
	stall        // bytes wait until the mode changes
)

// A proxy stands between a worker and its NATS server. It sees which reports
// were acknowledged, so it knows the worker's lease.
type proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu         sync.Mutex
	upstream   string
	mode       mode
	changed    chan struct{} // closed and replaced when the mode changes
	links      map[*link]bool
	lastReport time.Time
	unanswered int       // reports that wait for their answers; a repeated one counts again
	waiting    time.Time // since when some do
	grants     []grant
	hold       func(chunk []byte) time.Duration // delays a chunk for the worker; may be nil
}

// A grant is a moment from which a worker may start jobs up to another.
type grant struct{ from, until time.Time }

// A link is one connection of a worker.
type link struct {
	worker, nats net.Conn
	dead         bool // its bytes vanish
}

func startProxy(t *testing.T, upstream string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{
		listener: listener, upstream: upstream, changed: make(chan struct{}), links: map[*link]bool{},
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close() // nothing is lost
		p.set(cut)
		p.running.Wait()
	})
	return p
}

func (p *proxy) url() string { return "nats://" + p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		l := &link{worker: conn}
		p.mu.Lock()
		upstream, mode := p.upstream, p.mode
		l.dead = mode == swallow
		p.links[l] = true
		p.mu.Unlock()
		if mode == cut {
			p.end(l)
			continue
		}
		if !l.dead {
			if l.nats, err = net.Dial("tcp", upstream); err != nil {
				p.end(l)
				continue
			}
			p.running.Go(func() { p.copy(l, l.worker, l.nats, p.sawFromWorker) })
			p.running.Go(func() { p.copy(l, l.nats, l.worker, p.sawForWorker) })
		}
	}
}

// end closes a link. It may have been closed before.
func (p *proxy) end(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
	_ = l.worker.Close()
	if l.nats != nil {
		_ = l.nats.Close()
	}
}

// copy copies one direction of a link. It calls saw before each chunk is passed
// on.
func (p *proxy) copy(l *link, from, to net.Conn, saw func(chunk []byte)) {
	defer p.end(l)
	buffer := make([]byte, 1<<20)
	for {
		n, err := from.Read(buffer)
		if n > 0 && p.gate(l) {
			saw(buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// gate waits while bytes stall, and reports whether they are to be passed on.
func (p *proxy) gate(l *link) bool {
	for {
		p.mu.Lock()
		mode, changed := p.mode, p.changed
		l.dead = l.dead || mode == swallow
		dead := l.dead
		p.mu.Unlock()
		if mode != stall {
			return !dead
		}
		<-changed
	}
}

// sawFromWorker notes when a report is sent.
func (p *proxy) sawFromWorker(chunk []byte) {
	if !bytes.Contains(chunk, []byte("PUB aurea.r.")) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastReport = time.Now()
	if p.unanswered == 0 {
		p.waiting = p.lastReport
	}
	p.unanswered += bytes.Count(chunk, []byte("PUB aurea.r."))
}

// sawForWorker notes the leases that a worker is given.
func (p *proxy) sawForWorker(chunk []byte) {
	now := time.Now()
	p.mu.Lock()
	hold := p.hold
	if bytes.Contains(chunk, []byte(`"kind":"start"`)) {
		p.grants = append(p.grants, grant{now, now.Add(cluster.Lease + startLead)})
	} else if bytes.Contains(chunk, []byte(`"lease":4000000000`)) {
		p.grants = append(p.grants, grant{now, p.lastReport.Add(cluster.Lease)})
		p.unanswered = max(p.unanswered-bytes.Count(chunk, []byte(`"lease":4000000000`)), 0)
	}
	p.mu.Unlock()
	if hold != nil {
		time.Sleep(hold(chunk))
	}
}

// startLead is more than a start is ordered before its moment.
const startLead = time.Second

// leaseAt returns when the lease ends that the worker has at a moment.
func (p *proxy) leaseAt(moment time.Time) (until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.grants {
		if g.until.After(until) && !g.from.After(moment) {
			until = g.until
		}
	}
	return until
}

// waitingSince returns since when a report waits for its answer; zero if none
// does.
func (p *proxy) waitingSince() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unanswered == 0 {
		return time.Time{}
	}
	return p.waiting
}

// set changes the mode. Pass heals: new connections work again.
func (p *proxy) set(m mode) {
	p.mu.Lock()
	p.mode = m
	close(p.changed)
	p.changed = make(chan struct{})
	var links []*link
	for l := range p.links {
		if m == swallow {
			l.dead = true
		}
		if m == cut {
			links = append(links, l)
		}
	}
	p.mu.Unlock()
	for _, l := range links {
		p.end(l)
	}
}

// setFor changes the mode for a time.
func (p *proxy) setFor(m mode, d time.Duration) {
	p.set(m)
	time.Sleep(d)
	p.set(pass)
}

// holdFirst delays the first chunk for the worker that has a text.
func (p *proxy) holdFirst(text string, d time.Duration) {
	held := false
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = func(chunk []byte) time.Duration {
		if held || !bytes.Contains(chunk, []byte(text)) {
			return 0
		}
		held = true
		return d
	}
}
