package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"text/template"
	"time"
)

// A page is the data of the document.
type page struct {
	Rounds, Seconds int
	Date, Commit    string
	Kernel          string
	Works           []measuredWork
	Steps           []step
}

func newPage(ctx context.Context, rounds, seconds int) *page {
	return &page{
		Rounds: rounds, Seconds: seconds, Steps: steps,
		Date:   time.Now().UTC().Format(time.DateOnly),
		Commit: output(ctx, "git", "rev-parse", "--short", "HEAD"),
		Kernel: output(ctx, "uname", "-r"),
	}
}

// output returns what a command prints, or "".
func output(ctx context.Context, name string, args ...string) string {
	text, _ := exec.CommandContext(ctx, name, args...).Output()
	return strings.TrimSpace(string(text))
}

//go:embed floor.md.tmpl
var text string

func (p *page) print(to io.Writer) error {
	return template.Must(template.New("floor").Parse(text)).Execute(to, p)
}

// A measuredWork is a work with what was measured of its contenders.
type measuredWork struct {
	Name  string
	Sides []side // Aurea, the tool beside it, and bare loops
}

// A side is what was measured of a contender.
type side struct {
	Name     string
	requests []float64 // by round
	costs    []cost    // by round
	calls    map[string]float64
	shares   map[string]float64
}

// Cost returns the cost in the round of the median total.
func (s side) Cost() string {
	costs := slices.SortedFunc(slices.Values(s.costs), func(a, b cost) int { return cmp.Compare(a.Total(), b.Total()) })
	median := costs[len(costs)/2]
	return fmt.Sprintf("%.2f µs (%.2f user, %.2f kernel)", median.Total(), median.User, median.Kernel)
}

// Rates returns how many requests each contender sends beside the second one.
func (m measuredWork) Rates() []string {
	return m.ratios(func(s side, round int) float64 { return s.requests[round] })
}

// Ratios returns how many requests each contender sends beside the second one in
// the same processor time.
func (m measuredWork) Ratios() []string {
	return m.ratios(func(s side, round int) float64 { return 1 / s.costs[round].Total() })
}

// ratios returns a figure of each contender, divided by that of the second one in
// the same round: the median of the rounds, and the range.
func (m measuredWork) ratios(of func(s side, round int) float64) (all []string) {
	for _, s := range m.Sides {
		var ratios []float64
		for round := range s.costs {
			ratios = append(ratios, of(s, round)/of(m.Sides[1], round))
		}
		all = append(all, medianAndRange(ratios))
	}
	return all
}

// medianAndRange returns ratios as text. It sorts them.
func medianAndRange(ratios []float64) string {
	slices.Sort(ratios)
	median, least, most := ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1]
	return fmt.Sprintf("**%.2fx** (%.2fx … %.2fx)", median, least, most)
}

// Rows returns the rows of the system calls a request and of the shares, but
// those without any.
func (m measuredWork) Rows() (rows []string) {
	row := func(name, format string, factor float64, of func(side) map[string]float64) {
		cells, some := "", false
		for _, s := range m.Sides {
			cell := fmt.Sprintf(format, of(s)[name]*factor)
			cells += " " + cell + " |"
			some = some || cell != fmt.Sprintf(format, 0.0)
		}
		if some {
			rows = append(rows, "| "+name+" |"+cells)
		}
	}
	calls := func(s side) map[string]float64 { return s.calls }
	for _, kind := range callKinds {
		row(kind.row, "%.3f", 1, calls)
	}
	row(allCalls, "%.3f", 1, calls)
	shares := func(s side) map[string]float64 { return s.shares }
	for _, p := range partsOf {
		row(p.part, "%.1f %%", 100, shares)
	}
	row(otherParts, "%.1f %%", 100, shares)
	return rows
}
