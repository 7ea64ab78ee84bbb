package workload

import (
	"context"
	"fmt"
	"sort"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

const mixName = "mix"

// mix does different things in different jobs, as real users do.
func mix() kind {
	return kind{
		Kind: aurea.Kind{
			Name: mixName,
			Doc:  "does one of several workloads in each job, by their weights",
			Parameters: []param.Parameter{
				{Name: "parts", Type: param.List, Min: 1, Max: mostNested, Required: true, Doc: "the workloads", Items: &param.Parameter{
					Type: param.Object, Doc: "a workload and its weight", Members: []param.Parameter{
						{Name: "weight", Type: param.Number, Min: 1e-6, Max: 1e6, Default: 1.0, Doc: "how many jobs do this, beside the other weights"},
						{Name: "name", Type: param.Text, Max: 40, Doc: "what the result calls the part; its kind unless given"},
						{Name: "workload", Type: param.KindType, Required: true, Doc: "what those jobs do"},
					},
				}},
			},
			MostInFlight: MostRunning,
		},
		punctual: true,
		holds:    partsOf,
		runs: func(o opening) (Jobs, error) {
			opened, close, err := openNested(o, partsOf(o.values))
			m := newMixture(opened, o.seed)
			return Jobs{Runner: m, Part: m.part, close: close}, err
		},
	}
}

func partsOf(values map[string]any) []nested {
	var list []nested
	used := map[string]int{}
	for i, item := range values["parts"].([]any) {
		part := item.(param.Values)
		w := aurea.Workload(part.Variant("workload"))
		name, _ := part["name"].(string)
		if name == "" {
			name = w.Kind
			if used[name]++; used[name] > 1 {
				name = fmt.Sprintf("%s_%d", w.Kind, used[w.Kind])
			}
		}
		list = append(list, nested{name: name, location: fmt.Sprintf("parts[%d].workload", i), nameAt: fmt.Sprintf("parts[%d].name", i), workload: w, weight: part["weight"].(float64)})
	}
	return list
}

// A mixture knows which job does what, which is a pure function of the seed.
type mixture struct {
	parts []nestedJobs
	draws aurea.Stream
	upTo  []float64 // the sums of the weights, the last one 1
}

func newMixture(parts []nestedJobs, seed uint64) mixture {
	m := mixture{parts: parts, draws: aurea.NewStream(seed, aurea.StreamParts)}
	var sum float64
	for _, part := range parts {
		sum += part.weight
		m.upTo = append(m.upTo, sum)
	}
	for i := range m.upTo {
		m.upTo[i] /= sum
	}
	return m
}

func (m mixture) part(job int64) int {
	drawn := m.draws.Uniform(job)
	return sort.Search(len(m.upTo)-1, func(i int) bool { return drawn < m.upTo[i] })
}

// Run does what the job's part does.
func (m mixture) Run(ctx context.Context, job int64, notes Notes) error {
	part := m.parts[m.part(job)]
	if err := part.run(ctx, job, notes); err != nil {
		return inside("part "+part.name, err)
	}
	return nil
}
