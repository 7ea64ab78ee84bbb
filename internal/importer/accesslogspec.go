package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// maxLogStatuses is how many statuses a spec lists before it accepts their class.
const maxLogStatuses = 20

// Spec returns a spec file in YAML that replays the requests. rows is the file of
// WriteRows, as the spec names it.
func (l *AccessLog) Spec(from, rows, baseURL, speed string) string {
	var y yamlWriter
	y.comment(fmt.Sprintf("Imported from %s: %s over %s, in %s beside this file. Job i sends request i at its moment.",
		from, format.NumberOf(len(l.rows), "request"), l.length(), rows))
	for _, note := range l.notes() {
		y.comment(note)
	}
	y.line(0, "data", "")
	y.text(1, "file", inFile(rows))
	y.line(1, "order", "once")
	y.line(0, "replay", "")
	y.line(1, "column", "at")
	y.text(1, "speed", inFile(speed))
	y.line(0, "workload", "")
	y.line(1, "kind", "http")
	y.text(1, "url", inTemplate(strings.TrimSuffix(baseURL, "/"))+"/{{raw data.path}}")
	if len(l.methods) > 1 || l.methods[0] != "GET" {
		y.text(1, "method", "{{data.method}}")
	}
	if statuses := l.rightStatuses(); statuses != nil {
		y.line(1, "expect", "")
		y.line(2, "status", "["+strings.Join(statuses, ", ")+"]")
	}
	return y.String()
}

// notes returns what a reader of the spec should know.
func (l *AccessLog) notes() (notes []string) {
	if !l.fine {
		notes = append(notes, "The log has whole seconds: the requests of a second are spread over it evenly.")
	}
	if l.sorted {
		notes = append(notes, "The lines of the log were not in the order of their times, and are sorted.")
	}
	var without []string
	for i, method := range l.methods {
		if method != "GET" && method != "HEAD" {
			without = append(without, fmt.Sprintf("%d %s", l.counts[i], method))
		}
	}
	if len(without) > 0 {
		notes = append(notes, "A log has no bodies: these requests are sent without one: "+
			strings.Join(without, ", ")+".")
	}
	if l.Skipped > 0 {
		notes = append(notes, fmt.Sprintf("Left out: %s that cannot be sent.", format.NumberOf(int(l.Skipped), "line")))
	}
	return notes
}

// Notes returns what a log has that its spec has not, each a sentence.
func (l *AccessLog) Notes() []string { return l.notes() }

// rightStatuses returns the statuses that are right in a replay: those below 400,
// and others below 500 that the log has. It is nil if there are no others.
func (l *AccessLog) rightStatuses() []string {
	var refused []string
	for _, status := range slices.Sorted(maps.Keys(l.statuses)) {
		if status >= 400 && status < 500 {
			refused = append(refused, fmt.Sprint(status))
		}
	}
	switch {
	case refused == nil:
		return nil
	case len(refused) > maxLogStatuses:
		refused = []string{"4xx"}
	}
	return append([]string{"1xx", "2xx", "3xx"}, refused...)
}
