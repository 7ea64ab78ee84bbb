package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A message travels as JSON. Its fields are decoded strictly: an unknown one is
// an error, because a field that a peer does not understand could change what a
// run measures. Workers and coordinator of a run are of one version, so none is
// needed. Only a Hello may have unknown fields: a worker of a newer version must
// be readable in order to be listed with the reason why it is refused.
type message interface {
	check() error // reports a value that no peer sends
	limit() int   // most bytes
}

// Encode returns a message as JSON. The error says what is wrong with it.
func Encode(m message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return data, checkSize(m, data)
}

// Decode decodes and checks a message. m is a pointer to the zero value of its
// type. After an error its content is undefined.
func Decode(data []byte, m message) error {
	if err := checkSize(m, data); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, foreign := m.(*Hello); !foreign {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(m); err != nil {
		return fmt.Errorf("not a %s: %w", name(m), err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("not a %s: there is more behind it", name(m))
	}
	return m.check()
}

func checkSize(m message, data []byte) error {
	if len(data) > m.limit() {
		return fmt.Errorf("a %s of %d bytes is more than the %d that can be sent", name(m), len(data), m.limit())
	}
	return nil
}

// A State is what a worker does.
type State string

// The states of a worker.
const (
	Idle     State = "idle"
	Reserved State = "reserved" // prepared for a run that has not begun
	Running  State = "running"
	Draining State = "draining" // takes no run any more
	Gone     State = "gone"     // says goodbye: its process ends
)

// A Hello describes a worker. It is sent every few seconds and on a change.
type Hello struct {
	ID          string            `json:"id"` // of the worker's process
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels,omitempty"`
	Protocol    int               `json:"protocol"`
	Version     string            `json:"version"` // of Aurea
	GoArch      string            `json:"goarch"`
	Boot        string            `json:"boot,omitempty"` // identifies the machine since its start
	Host        string            `json:"host"`
	Environment aurea.Environment `json:"environment"`
	Weight      int               `json:"weight"` // share of the jobs that it wants, such as its cores
	State       State             `json:"state"`
	Exec        string            `json:"exec,omitempty"` // the execution that it is reserved for or runs
	Seq         uint64            `json:"seq"`            // grows with every Hello of the process
}

// A Prepare asks a worker to get ready for a shard of a plan.
type Prepare struct {
	Exec    string     `json:"exec"`
	Epoch   uint64     `json:"epoch"`
	Shard   int        `json:"shard"`   // index in Weights
	Weights []int      `json:"weights"` // of all shards
	Plan    aurea.Plan `json:"plan"`    // the whole plan
}

// A Reply answers a Prepare or an Order. Problem is why it was refused; "" if it
// was accepted.
type Reply struct {
	Problem string `json:"problem,omitempty"`
}

// A ClockAsk asks for a worker's clock. Told, if not nil, tells the worker what
// the previous answers showed.
type ClockAsk struct {
	Exec string    `json:"exec"`
	Told *Estimate `json:"told,omitempty"`
}

// A ClockReply is the worker's clock, in nanoseconds since a fixed moment of its
// process.
type ClockReply struct {
	Clock int64 `json:"clock"`
}

// A RecordsAsk asks for the job records of a shard that has ended, from a job of
// the shard on. Done says that they are not needed any more.
type RecordsAsk struct {
	Exec string `json:"exec"`
	From int64  `json:"from"`
	Done bool   `json:"done,omitempty"`
}

// The kinds of order.
const (
	OrderStart   = "start"
	OrderStop    = "stop"
	OrderDiscard = "discard" // forget the execution: nothing of it counts
	OrderControl = "control"
)

// An Order tells all workers of an execution what to do at one moment.
type Order struct {
	Exec    string         `json:"exec"`
	Epoch   uint64         `json:"epoch"`
	Seq     uint64         `json:"seq"` // grows with every order of the execution, from 1
	Kind    string         `json:"kind"`
	At      int64          `json:"at"`                // when, on the coordinator's clock; of a start it is the run's zero
	Lease   time.Duration  `json:"lease,omitempty"`   // of a start: the first lease, from At
	Control *aurea.Control `json:"control,omitempty"` // of a control
}

// An Ack answers a Report. The worker's lease ends Lease after the moment at
// which it sent the report.
type Ack struct {
	Epoch   uint64        `json:"epoch"`
	Seq     uint64        `json:"seq"`               // of the report
	Clock   int64         `json:"clock"`             // the coordinator's
	Pace    time.Duration `json:"pace"`              // wanted between two reports, a multiple of ReportInterval
	Lease   time.Duration `json:"lease"`             // 0 if refused
	Refused string        `json:"refused,omitempty"` // why the report was refused; "" if it was accepted
}

func (*Hello) limit() int      { return maxMessage }
func (*Prepare) limit() int    { return maxPrepare }
func (*Reply) limit() int      { return maxMessage }
func (*ClockAsk) limit() int   { return maxMessage }
func (*ClockReply) limit() int { return maxMessage }
func (*Order) limit() int      { return maxMessage }
func (*RecordsAsk) limit() int { return maxMessage }
func (*Ack) limit() int        { return maxMessage }

func name(m message) string {
	switch m.(type) {
	case *Hello:
		return "hello"
	case *Prepare:
		return "prepare"
	case *Order:
		return "order"
	case *Ack:
		return "ack"
	case *Attach, *Attached:
		return "attach message"
	case *RecordsAsk:
		return "request for records"
	case *ClockAsk, *ClockReply:
		return "clock message"
	default:
		return "reply"
	}
}
