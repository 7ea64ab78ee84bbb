package cluster

import (
	"errors"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// An Attach asks a worker to report to another server, or to another life of the
// same one, which has taken the run over.
type Attach struct {
	Exec  string `json:"exec"`
	Epoch uint64 `json:"epoch"` // higher than that of the server before
}

// An Attached answers an Attach with what the shard did so far. Its next report
// follows Sum.
type Attached struct {
	Problem  string         `json:"problem,omitempty"` // why it was refused; "" if it was accepted
	Start    int64          `json:"start"`             // the run's zero, on the worker's clock
	Controls []TimedControl `json:"controls,omitempty"`
	Sum      []byte         `json:"sum,omitempty"` // the binary form of the merged reports; empty if there was none
}

// A TimedControl is a control with its moment on the run's clock.
type TimedControl struct {
	Control aurea.Control `json:"control"`
	At      time.Duration `json:"at"`
}

func (*Attach) limit() int   { return maxMessage }
func (*Attached) limit() int { return maxPayload }

func (a *Attach) check() error { return checkToken("exec", a.Exec) }

func (a *Attached) check() error {
	if len(a.Controls) > maxControls {
		return errors.New("there are more controls than a run can have")
	}
	var last time.Duration
	for _, c := range a.Controls {
		if c.At < last {
			return errors.New("the controls are not in the order of their moments")
		}
		if err := checkControl(&c.Control); err != nil {
			return err
		}
		last = c.At
	}
	return CheckText("problem", a.Problem)
}
