package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// A page is what a page of HTML, or a comment in Markdown, shows of a run.
type page struct {
	Title      string
	Headline   headline
	When       time.Time // the run's start
	Figures    []figure
	Doubts     []doubt
	Thresholds []pageThreshold
	Tables     []pageTable
	Sample     []sampledJob
	Facts      [][2]string
	Again      string
	Spec       string // JSON
	Series     []aurea.Point
}

// A figure is one number of the first row. Its mood is "" for a usual one.
type figure struct {
	Name, Value, Note string
	Mood              mood
}

// A pageThreshold is a threshold with its state as a word.
type pageThreshold struct {
	State, Expression, Value string
	Mood                     mood
}

// A pageTable is a table with a title.
type pageTable struct {
	Title string
	Class string // how its cells are aligned
	table
}

func newPage(run aurea.Run, o Options) page {
	r := run.Result
	p := page{
		Title:    titleOf(r),
		Headline: newHeadline(r).sanitized(),
		When:     r.StartTime.UTC(),
		Figures:  figures(r),
		Doubts:   newDoubts(r),
		Sample:   sampledJobs(r),
		Facts:    pageFacts(r),
		Again:    format.Sanitize(strings.Join(again(r, 1<<20), " ")),
		Series:   r.Series,
	}
	if o.Previous != nil {
		p.Facts = append(p.Facts, [2]string{"Beside the run before", beside(r, o.Previous)})
	}
	for _, check := range worstFirst(allChecks(r)) {
		state := thresholdState(check.ThresholdCheck)
		p.Thresholds = append(p.Thresholds, pageThreshold{
			State: strings.ToLower(state), Expression: format.Sanitize(check.text()),
			Value: format.Sanitize(formatThresholdValue(check.ThresholdCheck, r.Cost.Currency)), Mood: stateMoods[state],
		})
	}
	p.addTables(r, o.Verbose)
	p.Spec = indentedSpec(r.Spec)
	p.sanitize()
	return p
}

// indentedSpec returns a spec as JSON in lines; "" if it cannot be encoded.
func indentedSpec(spec aurea.Spec) string {
	encoded, err := param.PlainJSON(spec)
	if err != nil {
		return ""
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, encoded, "", "  "); err != nil {
		return ""
	}
	var safe strings.Builder
	_, _ = format.NewJSONWriter(&safe).Write(lines.Bytes()) // a Builder has no errors
	return safe.String()
}

// figures returns the numbers that a reader looks for first.
func figures(r *aurea.Result) []figure {
	latency := func(seconds float64) string { return format.BriefSampled(r.Latency.Count > 0, seconds) }
	rate := figure{Name: "Rate", Value: format.Count(r.Throughput) + "/s", Note: "ended ok"}
	if r.Rate != nil {
		rate.Note = "of " + format.Count(r.Rate.Target) + "/s asked for"
	}
	notOK := figure{Name: "Not ok", Value: format.Value("share", format.Round(r.Counts.ErrorRate(), 3), ""),
		Note: fmt.Sprintf("%d of %d jobs", r.Counts.Owed()-r.Counts.OK, r.Counts.Owed())}
	if r.Counts.OK < r.Counts.Owed() {
		notOK.Mood = bad
	}
	return []figure{
		rate,
		{Name: "p50", Value: latency(r.Latency.P50), Note: "mean " + latency(r.Latency.Mean)},
		{Name: "p99", Value: latency(r.Latency.P99), Note: "p95 " + latency(r.Latency.P95)},
		notOK,
	}
}

// pageFacts lists what is known about the run and its machine.
func pageFacts(r *aurea.Result) [][2]string {
	facts := [][2]string{
		{"Run", r.ID},
		{"Jobs", jobsInWords(r.Counts)},
		{"Rate", rateInWords(r)},
		{"In flight", formatInFlight(r.InFlight)},
	}
	if w := r.Warmup; w != nil {
		facts = append(facts, [2]string{"Warm-up", format.Duration(w.Duration) + ", not judged; " + jobsInWords(w.Counts)})
	}
	if r.Workers != nil {
		facts = append(facts, [2]string{"Workers", formatWorkers(r.Workers)})
	}
	facts = append(facts, [2]string{"Cost", formatCost(r)}, [2]string{"Seed", strconv.FormatUint(r.Seed, 10)})
	for _, fact := range machineFacts(r.Environment) {
		if fact[1] != "" {
			facts = append(facts, fact)
		}
	}
	return facts
}

func machineFacts(e aurea.Environment) [][2]string {
	machine := e.CPU
	if e.Cores > 0 {
		machine = strings.TrimPrefix(fmt.Sprintf("%s, %s", machine, format.NumberOf(e.Cores, "core")), ", ")
	}
	if e.MemoryBytes > 0 {
		machine += fmt.Sprintf(", %.1f GiB", float64(e.MemoryBytes)/(1<<30))
	}
	system := strings.TrimSpace(e.OS + " " + e.Kernel)
	if e.Virtualization != "" {
		system += ", " + e.Virtualization
	}
	built := strings.TrimSpace(e.Version + " " + e.Go)
	return [][2]string{{"Machine", machine}, {"System", system}, {"Aurea", built}}
}

// sanitize sanitizes the texts that others may have chosen.
func (p *page) sanitize() {
	for i, d := range p.Doubts {
		p.Doubts[i].Message = format.Sanitize(d.Message)
	}
	for i, fact := range p.Facts {
		p.Facts[i][1] = format.Sanitize(fact[1])
	}
	for _, t := range p.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				row[i] = format.Sanitize(cell)
			}
		}
	}
}
