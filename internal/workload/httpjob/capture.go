package httpjob

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// captureParameter declares what later steps use of a response.
var captureParameter = param.Parameter{
	Name: "capture", Type: param.StringMap, Max: 20,
	Doc: "of a step: what later steps use as {{NAME}}, and where the answer has it: a JSONPath such as $.token, " +
		"header NAME, cookie NAME, regex PATTERN (its first group, if it has one) or status",
}

// fieldName matches the name of a header field or of a cookie.
var fieldName = lazyregexp.New("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// A capture is a value that later steps use, and where a response has it.
type capture struct {
	index int            // in Session.Captured
	name  string         // what templates call it
	where string         // in the words of the spec
	path  jsonPath       // zero if find is given
	find  captureFinding // nil if path is given
	body  bool           // it is in the body
}

// A captureFinding finds a value in a response; "" if there is none.
type captureFinding func(response *httpclient.Response) string

// newCaptures reads the parameter, by the order of the names.
func newCaptures(given map[string]string, scope workload.Scope) ([]capture, error) {
	if given == nil {
		return nil, nil
	}
	if scope.Captured() == nil {
		return nil, param.Invalid(captureParameter.Name,
			"has no later step to use it; it belongs to a step of the workload steps")
	}
	var all []capture
	var found []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		index := scope.Capture(name)
		c, err := parseCapture(name, given[name], scope.Users)
		if err != nil {
			found = append(found, param.Invalid(captureParameter.Name+"."+name, "%v", err))
		}
		c.index = index
		all = append(all, c)
	}
	return all, param.Merge(found...)
}

// parseCapture parses where a response has a value, such as "header X-Id". users is
// whether users do the jobs.
func parseCapture(name, where string, users bool) (c capture, err error) {
	if !workload.CaptureName().MatchString(name) || template.Reserved(name, users) {
		return c, fmt.Errorf("cannot have that name: up to 40 of a-z A-Z 0-9 _, none of the fields %s", template.Fields)
	}
	c.name, c.where = name, where
	kind, argument, _ := strings.Cut(where, " ")
	argument = strings.TrimSpace(argument)
	switch {
	case strings.HasPrefix(where, "$"):
		c.body = true
		c.path, err = parsePath(where)
		return c, err
	case kind == "status" && argument == "":
		c.find = func(response *httpclient.Response) string { return strconv.Itoa(response.Status) }
	case kind == "header" && fieldName().MatchString(argument):
		c.find = func(response *httpclient.Response) string { return response.Header(argument) }
	case kind == "cookie" && fieldName().MatchString(argument):
		c.find = func(response *httpclient.Response) string { return findCookie(response, argument) }
	case kind == "regex" && argument != "":
		pattern, err := regexp.Compile(argument)
		if err != nil {
			return c, fmt.Errorf("must be regex with a pattern (RE2): %w", err)
		}
		c.body, c.find = true, matchFinding(pattern)
	default:
		return c, fmt.Errorf("must be a JSONPath such as $.token, header NAME, cookie NAME, regex PATTERN or status; "+
			"got %s", param.Describe(where))
	}
	return c, nil
}

// findCookie returns the value of a cookie that a response sets.
func findCookie(response *httpclient.Response, name string) (found string) {
	response.Headers("Set-Cookie", func(line []byte) bool {
		pair, _, _ := bytes.Cut(line, []byte(";"))
		key, value, _ := bytes.Cut(pair, []byte("="))
		if string(bytes.TrimSpace(key)) == name {
			found = strings.Trim(string(bytes.TrimSpace(value)), `"`) // the last one counts
		}
		return true
	})
	return found
}

// matchFinding finds the first group of a pattern, or all that it matches.
func matchFinding(pattern *regexp.Regexp) captureFinding {
	group := min(pattern.NumSubexp(), 1)
	return func(response *httpclient.Response) string {
		match := pattern.FindSubmatch(response.Body)
		if match == nil {
			return ""
		}
		return string(match[group])
	}
}

// checkCaptures refuses captures that no response can fill.
func (p *params) checkCaptures() error {
	bodiless := ""
	switch {
	case p.poll != nil: // its responses are to GET
	case p.request.isHEAD():
		bodiless = "an answer to HEAD has no body"
	case p.expect.neverHasBody():
		bodiless = "an answer with a status of expect.status has no body"
	}
	var found []error
	for _, c := range p.captures {
		if c.body && bodiless != "" {
			found = append(found, param.Invalid(captureParameter.Name+"."+c.name, "can never be filled: %s", bodiless))
		}
	}
	return param.Merge(found...)
}

// neverHasBody reports whether no response with an expected status has a body (RFC
// 9110, 6.4.1).
func (e *expectation) neverHasBody() bool {
	for status := http.StatusOK; status < 600; status++ {
		if e.statuses.has(status) && status != http.StatusNoContent && status != http.StatusNotModified {
			return false
		}
	}
	return true
}

// inJSON returns the captures whose values are in the JSON of a response.
func inJSON(captures []capture) []capture {
	return slices.DeleteFunc(slices.Clone(captures), func(c capture) bool { return c.path.isZero() })
}

// captureAll captures values of the last response of a job, in which nothing has
// been captured yet.
func captureAll(ctx context.Context, response *httpclient.Response, captures []capture) error {
	paths := inJSON(captures)
	if len(paths) > 0 {
		err := withJSON(ctx, response, func(document any) error { return captureJSON(ctx, document, paths) })
		if err != nil {
			return err
		}
	}
	return captureFound(ctx, response, captures)
}

// captureFound captures the values that are not in the JSON of a response.
func captureFound(ctx context.Context, response *httpclient.Response, captures []capture) error {
	for _, c := range captures {
		if c.find == nil {
			continue
		}
		if c.body && response.Truncated {
			return wrongBody("the answer is longer than the %d bytes that are looked into", maxInspected)
		}
		if err := c.keep(ctx, c.find(response)); err != nil {
			return err
		}
	}
	return nil
}

// captureJSON captures the values at paths of a response's JSON.
func captureJSON(ctx context.Context, document any, paths []capture) error {
	for _, c := range paths {
		value, _, err := c.path.first(ctx, document)
		if err != nil {
			return err
		}
		text := ""
		if value != nil {
			text = scalar(value)
		}
		if err := c.keep(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// keep stores a value in the session of its job. Its error does not repeat the
// value, which may be a secret of the service.
func (c capture) keep(ctx context.Context, value string) error {
	switch {
	case value == "":
		return &workload.Failure{Class: workload.ClassCapture, Err: fmt.Errorf(
			"the answer has nothing to capture as %s: %s", c.name, clip(c.where))}
	case len(value) > workload.MaxCaptured:
		return &workload.Failure{Class: workload.ClassCapture, Err: fmt.Errorf(
			"the answer has %d bytes to capture as %s, which may have %d", len(value), c.name, workload.MaxCaptured)}
	}
	workload.SessionOf(ctx).Captured[c.index] = value
	return nil
}
