package workload

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/spec"
)

// A jsonPath is a JSONPath (RFC 9535) with the text that it was read from. The
// zero value is none.
//
// The library parses paths and compares values. The walk through the document is
// our own: the library's builds lists of all nodes, which grow without bound with
// a few .. and *, and nothing can stop it.
type jsonPath struct {
	text     string
	query    *spec.PathQuery
	absolute map[*spec.PathQuery]bool // the queries of its filters that begin with $
}

// maxPathSteps is how many nodes a path may visit in an answer.
const maxPathSteps = 10_000_000

func readPath(text string) (jsonPath, error) {
	path, err := jsonpath.NewParser(jsonpath.WithRegistry(boundedFunctions())).Parse(text)
	if err != nil {
		return jsonPath{}, fmt.Errorf("must be a JSONPath such as $.status; %w", err)
	}
	p := jsonPath{text, path.Query(), map[*spec.PathQuery]bool{}}
	p.noteAbsolute(p.query)
	return p, nil
}

// noteAbsolute finds the queries of filters that begin with $: those the library
// tells by their text alone.
func (p jsonPath) noteAbsolute(query *spec.PathQuery) {
	p.absolute[query] = strings.HasPrefix(query.String(), "$")
	for _, segment := range query.Segments() {
		for _, selector := range segment.Selectors() {
			if filter, ok := selector.(*spec.FilterSelector); ok {
				p.noteFilter(filter.LogicalOr)
			}
		}
	}
}

func (p jsonPath) noteFilter(or spec.LogicalOr) {
	for _, and := range or {
		for _, expression := range and {
			switch e := expression.(type) {
			case *spec.ExistExpr:
				p.noteAbsolute(e.PathQuery)
			case *spec.NonExistExpr:
				p.noteAbsolute(e.PathQuery)
			case *spec.ParenExpr:
				p.noteFilter(e.LogicalOr)
			case *spec.NotParenExpr:
				p.noteFilter(e.LogicalOr)
			}
		}
	}
}

func (p jsonPath) isZero() bool { return p.query == nil }

// first is the first value at the path. It ends soon after ctx is done or its
// deadline has passed, with the context's error, and fails where the path visits
// too many nodes.
func (p jsonPath) first(ctx context.Context, document any) (value any, found bool, err error) {
	w := pathWalk{ctx: ctx, path: p, root: document}
	w.query(document, p.query.Segments(), func(node any) bool {
		value, found = node, true
		return true
	})
	if w.err != nil {
		return nil, false, w.err
	}
	return value, found, nil
}

// A pathWalk visits nodes of a document, depth first, in the order of the path's
// list of nodes. It holds none of them.
type pathWalk struct {
	ctx   context.Context //nolint:containedctx // of one walk
	path  jsonPath
	root  any
	steps int
	err   error // why it was ended
}

// stepsBetweenLooks is after how many steps a walk looks at its context.
const stepsBetweenLooks = 1 << 10

// step counts n steps. It reports whether the walk may go on.
func (w *pathWalk) step(n int) bool {
	before := w.steps
	w.steps += n
	if w.err == nil && w.steps/stepsBetweenLooks != before/stepsBetweenLooks {
		w.err = w.look()
	}
	return w.err == nil
}

func (w *pathWalk) look() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if deadline, limited := w.ctx.Deadline(); limited && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	if w.steps > maxPathSteps {
		return wrongBody("the path %s takes more than %d steps in the answer; write it with fewer .. and *", w.path.text, maxPathSteps)
	}
	return nil
}
