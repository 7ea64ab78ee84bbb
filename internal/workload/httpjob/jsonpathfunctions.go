package httpjob

import (
	"errors"
	"fmt"
	"regexp/syntax"

	"github.com/theory/jsonpath/registry"
	"github.com/theory/jsonpath/spec"
)

// boundedFunctions returns the functions of RFC 9535, limited to arguments that
// are cheap: the library evaluates a function in one step that cannot be
// cancelled.
func boundedFunctions() *registry.Registry {
	functions := registry.New()
	for name, check := range map[string]spec.Validator{
		"count": checkCounted, "value": checkCounted, "match": checkPattern, "search": checkPattern,
	} {
		function := functions.Get(name)
		standard := *function
		checked := func(args []spec.FuncExprArg) error {
			if err := standard.Validate(args); err != nil {
				return err
			}
			return check(args)
		}
		// The registry refuses a name that it has, so the function is replaced.
		*function = *spec.Extension(name, standard.ReturnType(), checked, standard.Evaluate)
	}
	return functions
}

// checkCounted requires a path that selects each node at most once, so that it
// visits no more nodes than the document has.
func checkCounted(args []spec.FuncExprArg) error {
	query, ok := args[0].(*spec.PathQuery)
	if !ok {
		return nil // a single node
	}
	wide := 0
	for _, segment := range query.Segments() {
		if segment.IsDescendant() || len(segment.Selectors()) > 1 {
			wide++
		}
		for _, selector := range segment.Selectors() {
			if _, filters := selector.(*spec.FilterSelector); filters {
				return errors.New("may not count with a filter; filter by the function's own ?")
			}
		}
	}
	if wide > 1 {
		return errors.New("may have one segment with .. or with several selectors, and not more")
	}
	return nil
}

// maxPattern limits the instructions of a compiled regular expression.
const maxPattern = 1000

// checkPattern requires a pattern that is a literal and not too large: each
// character of a text is matched against all of it.
func checkPattern(args []spec.FuncExprArg) error {
	literal, ok := args[1].(*spec.LiteralArg)
	if !ok {
		return errors.New("must have its pattern written in the path")
	}
	pattern, ok := literal.Value().(string)
	if !ok {
		return nil // matches nothing
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return fmt.Errorf("has a wrong pattern: %w", err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return fmt.Errorf("has a wrong pattern: %w", err)
	}
	if len(program.Inst) > maxPattern {
		return fmt.Errorf("has too large a pattern: of %d steps, and %d is the limit", len(program.Inst), maxPattern)
	}
	return nil
}
