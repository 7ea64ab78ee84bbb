package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A selection builds the statement of a query. It reads a page from indexes:
// for each requested status it walks the newest runs by the most selective
// filter until it has a page's worth, and the newest of all of them are the
// page. A page takes the same time in a long history as in a short one, unless
// filters are combined that rarely match together.
type selection struct {
	noIndexPrefix string // see dialect
	query         aurea.RunQuery
	after         cursor // zero for the first page
	limit         int
	args          []any
}

func (s *selection) statement() string {
	statuses := slices.Compact(slices.Sorted(slices.Values(s.query.Statuses)))
	if len(statuses) == 0 {
		statuses = []aurea.Status{""}
	}
	branches := make([]string, len(statuses))
	for i, status := range statuses {
		branches[i] = fmt.Sprintf("SELECT * FROM (%s) AS b%d", s.branch(status), i)
	}
	const newest = " ORDER BY page.created_at DESC, page.id DESC"
	ids := "SELECT * FROM (" + strings.Join(branches, " UNION ALL ") + ") AS page" + newest + " LIMIT " + s.arg(s.limit)
	return "SELECT " + columns + ", r.kind FROM (" + ids + ") AS page JOIN runs r ON r.id = page.id" + newest
}

// branch selects the newest runs of one status, or of any status for "".
func (s *selection) branch(status aurea.Status) string {
	from, created, id := "runs r", "r.created_at", "r.id"
	labels := s.labels()
	if len(labels) > 0 {
		from, created, id = "labels l CROSS JOIN runs r", "l.created_at", "l.run_id"
	}
	where := append(labels, s.columns(status, len(labels) > 0)...)
	where = append(where, s.text()...)
	where = append(where, s.verdict()...)
	where = append(where, s.ranges(created, id)...)
	return fmt.Sprintf("SELECT %s AS created_at, %s AS id FROM %s WHERE %s ORDER BY %s DESC, %s DESC LIMIT %s",
		created, id, from, strings.Join(append(where, "1 = 1"), " AND "), created, id, s.arg(s.limit))
}

// labels drives the query by the first label and looks the others up.
func (s *selection) labels() []string {
	var where []string
	for i, key := range slices.Sorted(maps.Keys(s.query.Labels)) {
		if i == 0 {
			where = append(where, "r.id = l.run_id",
				"l.key = "+s.arg(searchable(key)), "l.value = "+s.arg(searchable(s.query.Labels[key])))
			continue
		}
		where = append(where, fmt.Sprintf("EXISTS (SELECT 1 FROM labels o WHERE o.key = %s AND o.value = %s "+
			"AND o.created_at = l.created_at AND o.run_id = l.run_id)",
			s.arg(searchable(key)), s.arg(searchable(s.query.Labels[key]))))
	}
	return where
}

// columns filters by columns of a run, most selective first. The first filter
// uses its index, unless indexed says that a label does; the planner does not
// see the indexes of the others.
func (s *selection) columns(status aurea.Status, indexed bool) []string {
	var where []string
	add := func(wanted bool, column, value string) {
		if !wanted {
			return
		}
		if indexed {
			column = s.noIndexPrefix + column
		}
		where = append(where, column+" = "+value)
		indexed = true
	}
	q := s.query
	if q.Name != "" {
		add(true, "r.name", s.arg(searchable(q.Name)))
		where = append(where, "r.name <> ''") // the condition of the partial index
	}
	add(q.Baseline, "r.baseline", "1")
	if status != "" {
		add(true, "r.status", s.arg(string(status)))
	}
	if q.Workload != "" {
		add(true, "r.kind", s.arg(searchable(q.Workload)))
	}
	return where
}

// verdict looks for the verdict in the summary of the result, between the
// members beside it: no text in it has quotes that are not escaped.
func (s *selection) verdict() []string {
	if s.query.Verdict == "" {
		return nil
	}
	members := `},"verdict":"` + likeQuoter.Replace(searchable(string(s.query.Verdict))) + `","thresholds":[`
	return []string{"r.summary LIKE " + s.arg("%"+members+"%") + " ESCAPE '!'"}
}

// likeQuoter quotes the signs that LIKE has a meaning for.
var likeQuoter = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

// text looks for the text in the id, the name and the values of labels.
func (s *selection) text() []string {
	if s.query.Text == "" {
		return nil
	}
	like := " LIKE lower(" + s.arg("%"+likeQuoter.Replace(searchable(s.query.Text))+"%") + ") ESCAPE '!'"
	return []string{"(lower(r.id)" + like + " OR lower(r.name)" + like +
		" OR EXISTS (SELECT 1 FROM labels t WHERE t.run_id = r.id AND lower(t.value)" + like + "))"}
}

func (s *selection) ranges(created, id string) []string {
	var where []string
	if s.after.id != "" {
		where = append(where, fmt.Sprintf("(%s, %s) < (%s, %s)", created, id, s.arg(s.after.created),
			s.arg(s.after.id)))
	}
	if !s.query.Since.IsZero() {
		where = append(where, created+" >= "+s.arg(ceiling(s.query.Since)))
	}
	if !s.query.Until.IsZero() {
		where = append(where, created+" < "+s.arg(ceiling(s.query.Until)))
	}
	return where
}

// arg adds an argument and returns its placeholder.
func (s *selection) arg(value any) string {
	s.args = append(s.args, value)
	return fmt.Sprintf("$%d", len(s.args))
}
