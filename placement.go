package aurea

import (
	"encoding/json"
	"slices"

	"github.com/aurea-orchestrator/aurea/param"
)

// A Placement says which workers run a spec, in the form in which it was
// written: a word, a number or a selection. A nil Placement means all workers
// that are ready, or this machine when there is none.
type Placement struct {
	Word      string           // PlaceAll or PlaceLocal
	Count     int64            // the number of workers
	Selection *WorkerSelection // an object of a number and labels, both optional
}

// The words of a Placement.
const (
	PlaceAll   = "all"   // all workers that are ready; at least one
	PlaceLocal = "local" // no worker: the machine that has the spec
)

// MaxWorkers is the largest number of workers that a spec may ask for.
const MaxWorkers = 100_000

// A WorkerSelection selects workers by number and labels.
type WorkerSelection struct {
	Count  int64             `json:"count,omitempty"`  // 0 for all that are ready
	Labels map[string]string `json:"labels,omitempty"` // each of them has all of these
}

// Local reports whether the spec must run where it is.
func (p *Placement) Local() bool { return p != nil && p.Word == PlaceLocal }

// Select returns the number and the labels of the workers that the placement
// asks for. It is the zero value, which selects all, for nil, all and local.
func (p *Placement) Select() WorkerSelection {
	switch {
	case p == nil:
		return WorkerSelection{}
	case p.Selection != nil:
		return *p.Selection
	}
	return WorkerSelection{Count: p.Count}
}

// Accepts reports whether a worker has all labels of the selection.
func (s WorkerSelection) Accepts(labels map[string]string) bool {
	for key, value := range s.Labels {
		if has, ok := labels[key]; !ok || has != value {
			return false
		}
	}
	return true
}

// MarshalJSON encodes the placement in the form in which it was written.
func (p Placement) MarshalJSON() ([]byte, error) {
	switch {
	case p.Selection != nil:
		return json.Marshal(p.Selection)
	case p.Count > 0:
		return json.Marshal(p.Count)
	}
	return json.Marshal(p.Word)
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (p *Placement) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(slices.Concat([]byte(`{"workers":`), data, []byte("}")))
	if err != nil {
		return err
	}
	var found param.Problems
	*p = readPlacement("workers", object["workers"], &found)
	return found.Err()
}

// placementRule is the error about a placement.
const placementRule = `must be "all", "local", a number of workers from 1 to %d, ` +
	`or an object such as {"count": 3, "labels": {"zone": "a"}}; got %s`

var workerCount = param.Parameter{Name: "count", Type: param.Integer, Min: 1, Max: MaxWorkers,
	Doc: "how many workers; without it all that have the labels and are ready"}

var workerLabels = param.Parameter{Name: "labels", Type: param.StringMap, Max: maxLabels,
	Doc: "labels that each of the workers has"}

// placements declares the forms of a placement.
var placements = []param.Parameter{
	{Type: param.Text, Options: []string{PlaceAll, PlaceLocal},
		Doc: "all workers that are ready, or no worker"},
	{Type: param.Integer, Min: 1, Max: MaxWorkers, Doc: "how many workers"},
	{Type: param.Object, Members: []param.Parameter{workerCount, workerLabels},
		Doc: "how many workers, and which"},
}

// readWorkers reads the placement of a spec.
func readWorkers(s *Spec, p param.Parameter, value any, found *param.Problems) {
	placement := readPlacement(p.Name, value, found)
	s.Workers = &placement
}

// readPlacement reads a decoded JSON value, which it finds at a location.
func readPlacement(location string, value any, found *param.Problems) Placement {
	switch value := value.(type) {
	case string:
		if value == PlaceAll || value == PlaceLocal {
			return Placement{Word: value}
		}
	case json.Number:
		if count, err := workerCount.Parse(value); err == nil {
			return Placement{Count: count.(int64)}
		}
	case map[string]any:
		return readSelection(location, value, found)
	}
	found.Add(location, placementRule, MaxWorkers, param.Describe(value))
	return Placement{}
}

// readSelection reads a placement that is an object.
func readSelection(location string, object map[string]any, found *param.Problems) Placement {
	selection := &WorkerSelection{}
	param.RejectUnknown(object, location, []string{workerCount.Name, workerLabels.Name}, found)
	if value, given := object[workerCount.Name]; given {
		count, err := workerCount.Parse(value)
		if err != nil {
			found.Add(param.Join(location, workerCount.Name), "%v", err)
		} else {
			selection.Count = count.(int64)
		}
	}
	if value, given := object[workerLabels.Name]; given {
		selection.Labels = parseLabels(param.Join(location, workerLabels.Name), value, found)
	}
	return Placement{Selection: selection}
}
