package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea"
)

// A Writer writes the result of a finished run, which must not be nil. The
// run's Samples add a histogram, if there are any.
type Writer func(run aurea.Run, o Options, w io.Writer) error

// Writers are the forms of a finished run, by the name that users give them.
var Writers = map[string]Writer{
	"text":     Text,
	"json":     JSON,
	"markdown": Markdown,
	"junit":    JUnit,
	"html":     HTML,
}
