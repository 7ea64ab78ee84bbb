package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea"
)

// Writers are the forms of a finished run, by the name that users give them.
// Each writes the run's result, which must not be nil.
var Writers = map[string]func(aurea.Run, io.Writer) error{
	"text":     func(run aurea.Run, w io.Writer) error { return Text(run.Result, w) },
	"json":     JSON,
	"markdown": func(run aurea.Run, w io.Writer) error { return Markdown(run.Result, w) },
	"junit":    func(run aurea.Run, w io.Writer) error { return JUnit(run.Result, w) },
	"html":     HTML,
}
