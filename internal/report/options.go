package report

import "github.com/aurea-orchestrator/aurea"

// Options say what a report is written for. The zero value is for a pipe: 80
// columns without colour.
type Options struct {
	Previous *aurea.Result // the last run of the same name, to stand beside this one; nil for none
	Width    int           // columns of the text; 0 means 80
	Verbose  bool          // also what is zero or noise
	Color    bool          // of the text
}
