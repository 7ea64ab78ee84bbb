//go:build unix

package torture

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// An eavesdropper hears the reports of a run and sends them again, and others
// that no worker made.
type eavesdropper struct {
	conn *cluster.Conn

	mu      sync.Mutex
	reports []*nats.Msg // of workers, in the order of their arrival
	mine    map[string]bool
}

func listenIn(t *testing.T, r *rig) *eavesdropper {
	t.Helper()
	conn, err := nats.Connect(r.natsURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	e := &eavesdropper{conn: conn, mine: map[string]bool{}}
	if _, err := conn.Subscribe("aurea.r.>", e.hear); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return e
}

// hear keeps a report, unless it is one of its own.
func (e *eavesdropper) hear(m *nats.Msg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.mine[m.Reply] {
		e.reports = append(e.reports, m)
	}
}

// heard returns the reports on a shard.
func (e *eavesdropper) heard(shard string) []*nats.Msg {
	e.mu.Lock()
	defer e.mu.Unlock()
	var heard []*nats.Msg
	for _, m := range e.reports {
		if strings.Split(m.Subject, ".")[3] == shard {
			heard = append(heard, m)
		}
	}
	return heard
}

// send sends a report and returns what the server answers.
func (e *eavesdropper) send(t *testing.T, subject string, data []byte) cluster.Ack {
	t.Helper()
	inbox := e.conn.NewRespInbox()
	e.mu.Lock()
	e.mine[inbox] = true
	e.mu.Unlock()
	answers, err := e.conn.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.conn.PublishRequest(subject, inbox, data); err != nil {
		t.Fatal(err)
	}
	for {
		answer, err := answers.NextMsg(5 * time.Second)
		if err != nil {
			t.Fatalf("no answer to a report on %s: %v", subject, err)
		}
		var ack cluster.Ack
		if err := cluster.Decode(answer.Data, &ack); err == nil {
			return ack
		}
	}
}

// Reports that come again, late, of another epoch or for another shard change
// nothing, and neither does what is no report.
func TestForeignReports(t *testing.T) {
	r := startRigAt(t, startNATS(t), 2)
	e := listenIn(t, r)
	id := r.submit(`"rate": 100, "num_jobs": 800, "workers": 2`)
	for end := time.Now().Add(time.Minute); len(e.heard("0")) < 3 || len(e.heard("1")) < 3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the workers do not report")
		}
	}
	first, second, other := e.heard("0")[0], e.heard("0")[1], e.heard("1")[1]
	for _, m := range []*nats.Msg{first, second, second, first} {
		if ack := e.send(t, m.Subject, m.Data); ack.Refused != "" || ack.Lease == 0 {
			t.Errorf("a report that came again was answered with %+v", ack)
		}
	}
	for what, m := range map[string]struct {
		subject string
		data    []byte
	}{
		"of a stale epoch":  {first.Subject, changed(t, first, func(r *cluster.Report) { r.Epoch-- })},
		"out of order":      {first.Subject, changed(t, first, func(r *cluster.Report) { r.Seq += 100 })},
		"for another shard": {strings.Replace(other.Subject, ".1.", ".0.", 1), other.Data},
		"for no shard":      {strings.Replace(other.Subject, ".1.", ".7.", 1), other.Data},
		"of another worker": {first.Subject[:strings.LastIndexByte(first.Subject, '.')+1] + cluster.NewID(), first.Data},
		"that is none":      {first.Subject, []byte("garbage")},
		"that is cut":       {other.Subject, other.Data[:len(other.Data)/2]},
	} {
		if ack := e.send(t, m.subject, m.data); ack.Refused == "" || ack.Lease != 0 {
			t.Errorf("a report %s was answered with %+v", what, ack)
		}
	}
	r.exact(r.finish(id))
}

// changed returns a report with a change.
func changed(t *testing.T, m *nats.Msg, change func(*cluster.Report)) []byte {
	t.Helper()
	report := cluster.NewReport()
	if err := report.UnmarshalBinary(m.Data); err != nil {
		t.Fatal(err)
	}
	change(report)
	data, err := report.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A worker whose reports are not understood three times is lost.
func TestGarbledReports(t *testing.T) {
	r := startRigAt(t, startNATS(t), 2)
	e := listenIn(t, r)
	id := r.submit(`"rate": 100, "num_jobs": 3000, "workers": 2`)
	for end := time.Now().Add(time.Minute); len(e.heard("0")) < 1; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the workers do not report")
		}
	}
	for range 3 {
		e.send(t, e.heard("0")[0].Subject, []byte("garbage"))
	}
	run := r.finish(id)
	if run.Status != aurea.StatusFailed || !strings.Contains(run.Error, "not understood") {
		t.Errorf("the run is %s: %s", run.Status, run.Error)
	}
}
