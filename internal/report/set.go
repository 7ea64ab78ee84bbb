package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// SetWriters are the forms of a set of runs, by the name that users give them.
var SetWriters = map[string]func(set compare.Set, o Options, w io.Writer) error{
	"text":     func(set compare.Set, o Options, w io.Writer) error { return newSet(set).WriteText(w, o.Width) },
	"markdown": func(set compare.Set, _ Options, w io.Writer) error { return newSet(set).WriteMarkdown(w) },
	"html":     func(set compare.Set, _ Options, w io.Writer) error { return newSet(set).writeHTML(set, w) },
	"json":     func(set compare.Set, _ Options, w io.Writer) error { return format.WriteJSON(w, set) },
}

// newSet returns the document of a set of runs, which must not be empty.
func newSet(set compare.Set) Document {
	first := set.Results[0]
	ended, currency := len(set.Results), first.Cost.Currency
	passed, judged := 0, 0
	for _, r := range set.Results {
		if len(allChecks(r)) > 0 {
			judged++
		}
		if r.Verdict == aurea.VerdictPass {
			passed++
		}
		if r.Cost.Currency != currency {
			currency = ""
		}
	}
	rep := Document{
		Title:    cmp.Or(first.Name, first.ID),
		Headline: fmt.Sprintf("%d of %d runs", ended, set.Times),
		Facts:    [][2]string{{"runs", fmt.Sprintf("%d of %d", ended, set.Times)}},
	}
	if set.Cooldown > 0 {
		rep.Facts = append(rep.Facts, [2]string{"cool-down", format.Duration(set.Cooldown)})
	}
	if judged > 0 {
		rep.Facts = append(rep.Facts, [2]string{"passed", fmt.Sprintf("%d of %d", passed, judged)})
	}
	t := table{Header: []string{"", "median", "", "min", "max", "varies by", "n"}, yields: []format.Column{
		{}, {}, {Drop: 2}, {Drop: 4}, {Drop: 5}, {}, {Drop: 1},
	}}
	for _, s := range set.Metrics {
		t.Rows = append(t.Rows, spreadRow(s, currency))
	}
	if len(t.Rows) > 0 {
		rep.Tables = []table{t}
		rep.Notes = append(rep.Notes, "medians of runs; brackets hold the true value with 95 % confidence, from 6 runs on; "+
			"runs vary by their standard deviation, as a share of the mean")
	}
	for _, warning := range set.Warnings {
		rep.Notes = append(rep.Notes, "warning: "+warning.Message)
	}
	return rep.sanitized()
}

func spreadRow(s compare.Spread, currency string) []string {
	value := func(v float64) string { return format.Value(s.Unit, v, currency) }
	interval := ""
	if s.Interval != nil {
		interval = fmt.Sprintf("[%s, %s]", value(s.Interval.Low), value(s.Interval.High))
	}
	return []string{s.Metric, value(s.Median.Median), interval, value(s.Min), value(s.Max),
		fmt.Sprintf("%.1f%%", 100*s.Variation), fmt.Sprint(s.N)}
}
