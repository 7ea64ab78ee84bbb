package aurea

import "github.com/aurea-orchestrator/aurea/param"

// Data is a file of rows, which the templates of jobs use as {{data.NAME}}.
type Data struct {
	File  string `json:"file"`
	Order string `json:"order"` // OrderSequential, OrderRandom or OrderOnce
}

// The orders in which jobs have rows.
const (
	OrderSequential = "sequential" // one after the other, and again from the first
	OrderRandom     = "random"     // drawn for each job
	OrderOnce       = "once"       // one after the other; the run ends behind the last
)

var dataParameters = []param.Parameter{
	{Name: "file", Type: param.Text, Max: 4096, Required: true,
		Doc: "a file .csv, whose first line names the columns, or .json, .ndjson or .jsonl, whose rows are objects"},
	{Name: "order", Type: param.Text, Options: []string{OrderSequential, OrderRandom, OrderOnce},
		Default: OrderSequential, Doc: "which row a job has: the next, any, or the next until all are used up"},
}

func readData(s *Spec, p param.Parameter, value any, found *param.Problems) {
	values := param.ReadGiven(dataParameters, value, p.Name, found)
	s.Data = &Data{File: values.Text("file"), Order: OrderSequential}
	if values.Has("order") {
		s.Data.Order = values.Text("order")
	}
}

// Limited returns the plan with no more jobs than there are rows for; 0 means no
// limit.
func (p Plan) Limited(rows int64) Plan {
	if rows > 0 && rows < p.Jobs {
		p.Rows, p.Jobs = rows, rows
		if p.Level == nil {
			p.Concurrency = min(p.Concurrency, rows)
		}
	}
	return p
}

// usedUp returns a remark if the run of the plan ended because it had used all
// rows of its data; "" otherwise.
func (p Plan) usedUp(counts Counts) string {
	if p.Rows == 0 || p.Spec.Replay != nil || counts.Planned < p.Rows || counts.Cancelled > 0 {
		return ""
	}
	return "the run ended when its jobs had used the " + param.FormatNumber(float64(p.Rows)) + " rows of " +
		p.Spec.Data.File + ", each once; order: sequential uses them again"
}
