package workload

import (
	"context"
	"fmt"
	"sort"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

const (
	mixName        = "mix"
	partsParameter = "parts"
)

// Mix does different things in different jobs, as real users do.
var Mix = Kind{
	Kind: aurea.Kind{
		Name: mixName,
		Doc:  "does one of several workloads in each job, by their weights",
		Parameters: []param.Parameter{
			{
				Name: partsParameter, Type: param.List, Min: 1, Max: maxChildren, Required: true,
				Items: &param.Parameter{Type: param.Object, Members: partParameters, Doc: "a workload and its weight"},
				Doc:   "the workloads",
			},
		},
		MaxInFlight: MaxRunning,
	},
	HonorsDeadline: true,
	Connects:       true,
	Nests:          true,
	Resolve: func(values param.Values, scope Scope) (Resolved, error) {
		parts, err := resolveChildren(partsOf(values), scope, mixName)
		if err != nil {
			return Resolved{}, err
		}
		r := nest(parts, func(opened []openChild) Jobs {
			m := newMixRunner(opened, scope.Seed)
			return Jobs{Runner: m, Part: m.part}
		})
		for _, part := range parts {
			r.Metrics.Parts = append(r.Metrics.Parts, aurea.Part{Name: part.name, Weight: part.weight})
		}
		return r, nil
	},
}

// partParameters declares a part.
var partParameters = []param.Parameter{
	{
		Name: "weight", Type: param.Number, Min: 1e-6, Max: 1e6, Default: 1.0,
		Doc: "how many jobs do this, beside the other weights",
	},
	{
		Name: "name", Type: param.Text, Max: 40,
		Doc: "what the result calls the part; its kind unless given",
	},
	{
		Name: "workload", Type: param.KindType, Required: true,
		Doc: "what those jobs do",
	},
}

func partsOf(values param.Values) []child {
	var list []child
	used := map[string]int{}
	for i, item := range values.List(partsParameter) {
		part := item.(param.Values)
		w := aurea.Workload(part.Variant("workload"))
		name := part.Text("name")
		if name == "" {
			name = w.Kind
			if used[name]++; used[name] > 1 {
				name = fmt.Sprintf("%s_%d", w.Kind, used[w.Kind])
			}
		}
		list = append(list, child{
			name: name, workload: w, weight: part.Number("weight"),
			location: fmt.Sprintf("parts[%d].workload", i), nameAt: fmt.Sprintf("parts[%d].name", i),
		})
	}
	return list
}

// A mixRunner draws the part that each job does. The draw is a pure function of
// the seed and the job's number.
type mixRunner struct {
	parts      []openChild
	draws      aurea.Stream
	cumulative []float64 // shares of the weights, added up; the last is 1
}

func newMixRunner(parts []openChild, seed uint64) mixRunner {
	m := mixRunner{parts: parts, draws: aurea.NewStream(seed, aurea.StreamParts)}
	var sum float64
	for _, part := range parts {
		sum += part.weight
		m.cumulative = append(m.cumulative, sum)
	}
	for i := range m.cumulative {
		m.cumulative[i] /= sum
	}
	return m
}

// part returns the index of the part that a job does.
func (m mixRunner) part(job int64) int {
	drawn := m.draws.Uniform(job)
	return sort.Search(len(m.cumulative)-1, func(i int) bool { return drawn < m.cumulative[i] })
}

// Run does what the job's part does.
func (m mixRunner) Run(ctx context.Context, job int64, metrics JobMetrics) error {
	part := m.parts[m.part(job)]
	if err := part.run(ctx, job, metrics); err != nil {
		return Inside("part "+part.name, err)
	}
	return nil
}
