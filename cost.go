package aurea

import (
	"math/big"
	"strconv"
)

// Cost is the cost of a run, by its pricing.
type Cost struct {
	Total          float64 `json:"total"`
	PerJob         float64 `json:"per_job"` // of the jobs that ended
	PerMillionJobs float64 `json:"per_million_jobs"`
	Currency       string  `json:"currency"`
	Pricing        Pricing `json:"pricing"`
}

// Spent returns the exact cost of the jobs of a tally that ended. It takes prices
// as the decimals that were written: 0.1 is not a binary fraction, and three
// times the nearest one is more than 0.3.
func (p Pricing) Spent(t *Tally) *big.Rat {
	spent := new(big.Rat).SetFrac(t.ServiceTime.Nanoseconds(), big.NewInt(1e9))
	spent.Mul(spent, decimal(p.PerSecond))
	if p.PerJob == 0 { // as in most pricings
		return spent
	}
	jobs := new(big.Rat).SetInt64(t.Ended())
	return spent.Add(spent, jobs.Mul(jobs, decimal(p.PerJob)))
}

// cost returns the cost of a tally, with each number rounded once.
func (p Pricing) cost(t *Tally) Cost {
	total := p.Spent(t)
	cost := Cost{Total: toFloat64(total), Currency: p.Currency, Pricing: p}
	if ended := t.Ended(); ended > 0 {
		perJob := total.Quo(total, new(big.Rat).SetInt64(ended))
		cost.PerJob = toFloat64(perJob)
		cost.PerMillionJobs = toFloat64(perJob.Mul(perJob, new(big.Rat).SetInt64(1e6)))
	}
	return cost
}

// decimal returns the shortest decimal whose nearest float64 is f: the number as
// it was written. f must be finite.
func decimal(f float64) *big.Rat {
	exact, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return exact
}

func toFloat64(exact *big.Rat) float64 {
	f, _ := exact.Float64()
	return f
}
