package aurea

import (
	"math/big"
	"strconv"
)

// Cost is what the run cost, by its pricing.
type Cost struct {
	Total          float64 `json:"total"`
	PerJob         float64 `json:"per_job"` // of the jobs that ended
	PerMillionJobs float64 `json:"per_million_jobs"`
	Currency       string  `json:"currency"`
	Pricing        Pricing `json:"pricing"`
}

// Spent is what the jobs of a tally that ended cost, exactly: prices are taken
// as the decimals that they are written as. 0.1 is no binary fraction, and three
// times the nearest one is more than 0.3.
func (p Pricing) Spent(t *Tally) *big.Rat {
	seconds := new(big.Rat).SetFrac(t.ServiceTime.Nanoseconds(), big.NewInt(1e9))
	jobs := new(big.Rat).SetInt64(t.Ended())
	return seconds.Add(seconds.Mul(seconds, decimal(p.PerSecond)), jobs.Mul(jobs, decimal(p.PerJob)))
}

// cost is that of a tally, each figure rounded once.
func (p Pricing) cost(t *Tally) Cost {
	total := p.Spent(t)
	cost := Cost{Total: nearest64(total), Currency: p.Currency, Pricing: p}
	if ended := t.Ended(); ended > 0 {
		perJob := total.Quo(total, new(big.Rat).SetInt64(ended))
		cost.PerJob = nearest64(perJob)
		cost.PerMillionJobs = nearest64(perJob.Mul(perJob, new(big.Rat).SetInt64(1e6)))
	}
	return cost
}

// decimal is the shortest decimal that a finite number is the nearest one to:
// what it was written as.
func decimal(f float64) *big.Rat {
	exact, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return exact
}

func nearest64(exact *big.Rat) float64 {
	f, _ := exact.Float64()
	return f
}
