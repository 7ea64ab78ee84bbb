package httpjob

import "github.com/theory/jsonpath/spec"

// query calls take with each node that the segments select from the given node,
// until take returns true or the walk is stopped. It reports whether it ended
// early.
func (w *pathWalk) query(node any, segments []*spec.Segment, take func(any) bool) bool {
	if !w.step(1) {
		return true
	}
	if len(segments) == 0 {
		return take(node)
	}
	next := func(child any) bool { return w.query(child, segments[1:], take) }
	for _, selector := range segments[0].Selectors() {
		if w.selected(node, selector, next) {
			return true
		}
	}
	return segments[0].IsDescendant() && children(node, func(child any) bool { return w.query(child, segments, take) })
}

// selected calls take with each node that a selector selects from the node.
func (w *pathWalk) selected(node any, selector spec.Selector, take func(any) bool) bool {
	switch s := selector.(type) {
	case spec.Name:
		members, _ := node.(map[string]any)
		value, ok := members[string(s)]
		return ok && take(value)
	case spec.Index:
		items, _ := node.([]any)
		i := int(s)
		if i < 0 {
			i += len(items)
		}
		return i >= 0 && i < len(items) && take(items[i])
	case spec.WildcardSelector:
		return children(node, take)
	case *spec.FilterSelector:
		return children(node, func(child any) bool {
			return !w.step(1) || w.any(child, s.LogicalOr) && (w.err != nil || take(child))
		})
	default: // a slice
		for _, item := range selector.Select(node, w.root) {
			if take(item) {
				return true
			}
		}
		return false
	}
}

// children calls take with the items of a list or the members of an object.
func children(node any, take func(any) bool) bool {
	switch n := node.(type) {
	case []any:
		for _, item := range n {
			if take(item) {
				return true
			}
		}
	case map[string]any:
		for _, value := range n {
			if take(value) {
				return true
			}
		}
	}
	return false
}

// any reports whether the node passes a filter: all expressions of one of its
// alternatives hold.
func (w *pathWalk) any(node any, alternatives spec.LogicalOr) bool {
	for _, expressions := range alternatives {
		all := true
		for _, e := range expressions {
			if all = w.test(node, e); !all {
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

// stepsOfTest is how many steps a test by the library counts as. It looks at one
// value, or at what boundedFunctions allow.
const stepsOfTest = 16

func (w *pathWalk) test(node any, expression spec.BasicExpr) bool {
	switch e := expression.(type) {
	case *spec.ExistExpr:
		return w.exists(node, e.PathQuery)
	case *spec.NonExistExpr:
		return !w.exists(node, e.PathQuery)
	case *spec.ParenExpr:
		return w.any(node, e.LogicalOr)
	case *spec.NotParenExpr:
		return !w.any(node, e.LogicalOr)
	}
	if !w.step(stepsOfTest) {
		return true // the walk has been stopped
	}
	return spec.Filter(spec.And(expression)).Eval(node, w.root)
}

// exists reports whether a query of a filter selects a node.
func (w *pathWalk) exists(node any, query *spec.PathQuery) bool {
	if w.path.absolute[query] {
		node = w.root
	}
	return w.query(node, query.Segments(), func(any) bool { return true })
}
