package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/report"
)

// The load on a URL that no flag describes. hey, oha and ghz have the same.
const (
	defaultRequests = 200
	defaultInFlight = report.URLInFlight
)

// A urlDefault is a part of the load that the command has chosen.
type urlDefault struct {
	text  string // "200 requests"
	short string // the flag that changes it: "-n"
}

// applyURLDefaults completes the load on a URL, so that aurea run URL just runs.
// An open load needs no limit of the jobs in flight.
func (d *specDocument) applyURLDefaults() {
	if d.origins["workload"] != argumentOrigin {
		return
	}
	if !d.has("num_jobs") && !d.has("duration") {
		d.fields["num_jobs"] = defaultRequests
		d.defaults = append(d.defaults, urlDefault{fmt.Sprintf("%d requests", defaultRequests), "-n"})
	}
	if !d.has("concurrency") && !d.has("rate") && !d.fewJobs() {
		d.fields["concurrency"] = defaultInFlight
		d.defaults = append(d.defaults, urlDefault{fmt.Sprintf("%d in flight", defaultInFlight), "-c"})
	}
}

// fewJobs reports whether all jobs together are no more than the default has in
// flight.
func (d *specDocument) fewJobs() bool {
	number, ok := d.fields["num_jobs"].(json.Number)
	if !ok {
		return false
	}
	jobs, err := number.Int64()
	return err == nil && jobs <= defaultInFlight
}

// printRemarks says which load the command has chosen, and how to choose another
// one, and which variables have no effect.
func (d *specDocument) printRemarks(w io.Writer) {
	d.printUnused(w)
	if len(d.defaults) == 0 {
		return
	}
	var texts, flags []string
	for _, chosen := range d.defaults {
		texts = append(texts, chosen.text)
		flags = append(flags, chosen.short)
	}
	fmt.Fprintf(w, "%s; change with %s\n", strings.Join(texts, ", "), strings.Join(flags, ", "))
}
