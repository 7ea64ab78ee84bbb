package httpjob

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/spec"
)

// A jsonPath is a JSONPath (RFC 9535) with the text that it was parsed from. The
// zero value stands for an absent path.
//
// The library parses paths and compares values. The walk through the document is
// our own. The library's walk builds lists of all nodes: with a few .. and * they
// grow without bound, and it cannot be cancelled.
type jsonPath struct {
	text     string
	query    *spec.PathQuery
	absolute map[*spec.PathQuery]bool // queries of its filters that begin with $
}

// maxPathSteps limits the nodes that a path visits in a response.
const maxPathSteps = 10_000_000

// parsePath parses a JSONPath.
func parsePath(text string) (jsonPath, error) {
	path, err := jsonpath.NewParser(jsonpath.WithRegistry(boundedFunctions())).Parse(text)
	if err != nil {
		return jsonPath{}, fmt.Errorf("must be a JSONPath such as $.status; %w", err)
	}
	p := jsonPath{text, path.Query(), map[*spec.PathQuery]bool{}}
	p.markAbsolute(p.query)
	return p, nil
}

// markAbsolute records the queries of filters that begin with $. The library
// shows that only in their text.
func (p jsonPath) markAbsolute(query *spec.PathQuery) {
	p.absolute[query] = strings.HasPrefix(query.String(), "$")
	for _, segment := range query.Segments() {
		for _, selector := range segment.Selectors() {
			if filter, ok := selector.(*spec.FilterSelector); ok {
				p.markFilter(filter.LogicalOr)
			}
		}
	}
}

func (p jsonPath) markFilter(or spec.LogicalOr) {
	for _, and := range or {
		for _, expression := range and {
			switch e := expression.(type) {
			case *spec.ExistExpr:
				p.markAbsolute(e.PathQuery)
			case *spec.NonExistExpr:
				p.markAbsolute(e.PathQuery)
			case *spec.ParenExpr:
				p.markFilter(e.LogicalOr)
			case *spec.NotParenExpr:
				p.markFilter(e.LogicalOr)
			}
		}
	}
}

func (p jsonPath) isZero() bool { return p.query == nil }

// first returns the first value at the path. It returns the context's error soon
// after ctx is done or its deadline has passed. It fails if the path visits too
// many nodes.
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
// node list. It keeps none of them.
type pathWalk struct {
	ctx   context.Context //nolint:containedctx // of one walk
	path  jsonPath
	root  any
	steps int
	err   error // why the walk was stopped
}

// stepsPerCheck is how many steps there are between two checks of the context.
const stepsPerCheck = 1 << 10

// step counts n steps and reports whether the walk may continue.
func (w *pathWalk) step(n int) bool {
	before := w.steps
	w.steps += n
	if w.err == nil && w.steps/stepsPerCheck != before/stepsPerCheck {
		w.err = w.check()
	}
	return w.err == nil
}

func (w *pathWalk) check() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if deadline, limited := w.ctx.Deadline(); limited && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	if w.steps > maxPathSteps {
		return wrongBody("the path %s takes more than %d steps in the answer; write it with fewer .. and *",
			w.path.text, maxPathSteps)
	}
	return nil
}
