package report

import "github.com/aurea-orchestrator/aurea"

// Options say what a report is written for. The zero value is for a pipe:
// without colour, tables whole, paragraphs in 80 columns.
type Options struct {
	Previous *aurea.Result // the last run of the same name, to stand beside this one; nil for none
	Width    int           // columns of the terminal; 0 for a pipe
	Verbose  bool          // also what is zero or noise
	Color    bool          // of the text
}
