package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"text/template"
	"time"
)

// A report is the data of the document.
type report struct {
	Rounds   int
	Date     string
	Commit   string
	Absent   map[string]string // peers that could not be installed, with an explanation
	Versions []string
	Machine  environment
	Rows     []row
	Commands []string
	Sides    [][]string // of the freeze experiment: a contender and its latencies
	Doubts   []string   // of Aurea about its own runs
	Missing  []string   // explanations for contenders without samples

	others []float64 // of every sample: the share of the cores used by other programs
}

// A row is a claim and its measurement.
type row struct{ Work, Target, Measured, Ours, Theirs, Reached string }

func newReport(ctx context.Context, rounds int, absent map[string]string) *report {
	r := &report{
		Rounds: rounds,
		Date:   time.Now().UTC().Format("2006-01-02"),
		Commit: commit(ctx),
		Absent: absent,
	}
	r.Versions = append(r.Versions, "Go "+strings.TrimPrefix(output(ctx, "go", "env", "GOVERSION"), "go"))
	for _, p := range peers {
		if version := p.installed(); version != "" {
			r.Versions = append(r.Versions, fmt.Sprintf("%s %s (`%s`)", p.name, version, p.module))
		}
	}
	return r
}

// commit returns the measured commit. Writing the document does not make the
// tree dirty.
func commit(ctx context.Context) string {
	head := output(ctx, "git", "rev-parse", "--short", "HEAD")
	if output(ctx, "git", "status", "--porcelain", "--", ".", ":!docs/performance.md") != "" {
		head += "-dirty"
	}
	return head
}

// output returns the output of a command, or "unknown".
func output(ctx context.Context, name string, args ...string) string {
	text, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// add adds the outcome of an experiment.
func (r *report) add(e experiment, o outcome) {
	for _, c := range e.claims {
		r.Rows = append(r.Rows, c.row(e.contenders[0].name, o))
	}
	for _, c := range e.contenders {
		if c.command != nil {
			r.Commands = append(r.Commands, shellQuote(c.command))
		}
	}
	r.Sides = append(r.Sides, e.sides(o)...)
	for _, sentence := range o.missing {
		if !slices.Contains(r.Missing, sentence) {
			r.Missing = append(r.Missing, sentence)
		}
	}
	for _, samples := range o.samples {
		for _, s := range samples {
			r.others = append(r.others, s.otherCPU)
		}
	}
	doubted := map[string]int{}
	for _, s := range o.samples[e.contenders[0].name] {
		if s.machine.Version != "" {
			r.Machine = s.machine
		}
		for _, code := range s.reasons {
			doubted[code]++
		}
	}
	for _, code := range slices.Sorted(maps.Keys(doubted)) {
		r.Doubts = append(r.Doubts, fmt.Sprintf("`%s` in %d of %d rounds of %s", code, doubted[code], r.Rounds, e.name))
	}
}

// sides returns the medians of every contender, side by side.
func (e experiment) sides(o outcome) (rows [][]string) {
	if e.sideBySide == nil {
		return nil
	}
	for _, c := range e.contenders {
		cells := []string{c.name}
		for _, figure := range e.sideBySide {
			cell := "–"
			if values := figuresOf(o.samples[c.name], figure); len(values) > 0 && values[0] > 0 {
				cell = units[figure](spreadOf(values).median)
			}
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	return rows
}

// Others describes how much CPU other programs used during the measurements.
func (r *report) Others() string {
	if len(r.others) == 0 {
		return "unknown"
	}
	s := spreadOf(r.others)
	return fmt.Sprintf("%.1f %% of the cores, %.1f %% in the worst run", s.median*100, s.most*100)
}

// row judges the median of the rounds.
func (c claim) row(us string, o outcome) row {
	r := row{Work: c.work, Target: c.target.String(c.unit), Measured: "not measured", Ours: "–", Theirs: "–",
		Reached: "–"}
	if o.missing[us] != "" {
		return r
	}
	ours := figuresOf(o.samples[us], c.figure)
	var theirs []float64
	if c.peer != "" {
		r.Ours = units[c.figure](spreadOf(ours).median)
		if o.missing[c.peer] != "" {
			return r
		}
		theirs = figuresOf(o.samples[c.peer], c.figure)
		r.Theirs = units[c.figure](spreadOf(theirs).median)
	}
	values := c.values(ours, theirs)
	s := spreadOf(values)
	r.Measured = fmt.Sprintf("**%s** (%s … %s)", c.unit(s.median), c.unit(s.least), c.unit(s.most))
	r.Reached = c.verdict(s.median, values)
	return r
}

func figuresOf(samples []sample, figure string) []float64 {
	var figures []float64
	for _, s := range samples {
		figures = append(figures, s.figures[figure])
	}
	return figures
}

// values returns the judged value of each round.
func (c claim) values(ours, theirs []float64) []float64 {
	values := slices.Clone(ours)
	for i := range values {
		switch {
		case c.value != nil && theirs != nil:
			values[i] = c.value(ours[i], theirs[i])
		case c.value != nil:
			values[i] = c.value(ours[i], 0)
		case theirs != nil:
			values[i] = ours[i] / theirs[i]
		}
	}
	return values
}

func (c claim) verdict(median float64, values []float64) string {
	reached := 0
	for _, v := range values {
		if c.target.reached(v) {
			reached++
		}
	}
	verdict := "no"
	if c.target.reached(median) {
		verdict = "yes"
	}
	return fmt.Sprintf("%s, %d of %d", verdict, reached, len(values))
}

// String formats the target in the unit of the claim.
func (t target) String(unit func(float64) string) string {
	if t.atMost {
		return "≤ " + unit(t.limit)
	}
	return "≥ " + unit(t.limit)
}

// shellQuote formats a command for a shell.
func shellQuote(command []string) string {
	var words []string
	for _, word := range command {
		if word == "" || strings.ContainsAny(word, "^$ ") {
			word = "'" + word + "'"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

//go:embed performance.md.tmpl
var document string

func (r *report) print(w io.Writer) error {
	functions := template.FuncMap{"bytes": func(n uint64) string { return bytes(float64(n)) }}
	return template.Must(template.New("").Funcs(functions).Parse(document)).Execute(w, r)
}
