package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// writeText prints a result for people.
func writeText(r *aurea.Result, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "run\t%s%s\n", r.ID, named(r.Name))
	fmt.Fprintf(t, "status\t%s\n", r.Status)
	fmt.Fprintf(t, "jobs\t%s\n", outcomes(r.Counts))
	fmt.Fprintf(t, "duration\t%s\n", duration(r.Duration))
	fmt.Fprintf(t, "throughput\t%s jobs/s\n", count(r.Throughput))
	fmt.Fprintf(t, "in flight\t%s\n", inFlight(r.InFlight))
	fmt.Fprintf(t, "cost\t%s %s, %s a million jobs\n", money(r.Cost.Total), r.Cost.Currency, money(r.Cost.PerMillionJobs))
	fmt.Fprintf(t, "seed\t%d\n", r.Seed)
	fmt.Fprintln(t)
	fmt.Fprint(t, "\tmin\tmean\tp50\tp90\tp99\tp99.9\tmax\n")
	summary(t, "latency", r.Latency)
	summary(t, "service time", r.ServiceTime)
	summary(t, "delay", r.Delay)
	summary(t, "failed", r.FailedLatency)
	writeDetail(t, r)
	if len(r.Thresholds) > 0 {
		fmt.Fprintln(t)
	}
	for _, check := range r.Thresholds {
		fmt.Fprintf(t, "%s\t%s\tvalue %s\n", map[bool]string{true: "pass", false: "FAIL"}[check.OK], check.Expression, strconv.FormatFloat(check.Value, 'g', 6, 64))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, reason := range r.Validity.Reasons {
		if _, err := fmt.Fprintf(w, "\n%s: %s\n", reason.State, reason.Message); err != nil {
			return err
		}
	}
	return nil
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// inFlight also says how many had a core, where jobs compute.
func inFlight(n aurea.InFlight) string {
	text := fmt.Sprintf("%d at most, %s on average", n.Max, count(n.Mean))
	if n.Effective != n.Mean {
		text += ", " + count(n.Effective) + " of them on a core"
	}
	return text
}

// outcomes lists the counts that are not zero: "100 planned: 90 ok, 10 timeout".
func outcomes(c aurea.Counts) string {
	var parts []string
	for _, o := range aurea.Outcomes() {
		if n := c.Of(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return fmt.Sprintf("%d planned: %s", c.Planned, strings.Join(parts, ", "))
}

func summary(w io.Writer, name string, s aurea.Summary) {
	if s.Count == 0 {
		return
	}
	fmt.Fprint(w, name)
	for _, seconds := range []float64{s.Min, s.Mean, s.P50, s.P90, s.P99, s.P999, s.Max} {
		fmt.Fprint(w, "\t", duration(seconds))
	}
	fmt.Fprintln(w)
}

// duration writes seconds with five digits and the unit that fits.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	digit := time.Duration(1)
	for d/digit >= 100_000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

// count writes a number of things with as many digits as matter.
func count(n float64) string {
	if n >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return strconv.FormatFloat(n, 'g', 4, 64)
}

func money(amount float64) string { return strconv.FormatFloat(amount, 'g', 4, 64) }
