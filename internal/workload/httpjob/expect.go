package httpjob

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// expectParameter declares which responses are right.
var expectParameter = param.Parameter{
	Name: "expect", Type: param.Object, Doc: "which answers are right; without it, those with a status below 400",
	Members: []param.Parameter{
		statusParameter("statuses that are right, or classes of them such as 2xx"),
		{
			Name: "contains", Type: param.Text, Max: 10_000,
			Doc: "what the answer's body must contain",
		},
		{
			Name: "json", Type: param.List, Min: 1, Max: 20,
			Items: &param.Parameter{Type: param.Object, Members: ruleParameters, Doc: "a place, and what is there"},
			Doc:   "what must be in the answer's JSON",
		},
	},
}

// ruleParameters declares what must be in the JSON of a response.
var ruleParameters = []param.Parameter{
	{
		Name: "path", Type: param.Text, Max: 1000, Required: true,
		Doc: "a JSONPath (RFC 9535) such as $.items[0].id, which must be there",
	},
	{
		Name: "equals", Type: param.Any,
		Doc: "what it must be; anything unless given",
	},
}

// An expectation judges responses. The zero value expects a status below 400.
type expectation struct {
	statuses statusSet
	contains *httpclient.Pattern // nil accepts any body
	json     []jsonRule
	captures []capture // of the JSON, which is decoded only once
}

type jsonRule struct {
	jsonPath
	equals any // nil accepts any value
}

// newExpectation reads the parameter, which may be nil.
func newExpectation(v param.Values) (expectation, error) {
	e := expectation{statuses: newStatusSet(v)}
	if v.Has("contains") {
		e.contains = httpclient.NewPattern([]byte(v.Text("contains")))
	}
	for i, item := range v.List("json") {
		rule := item.(param.Values)
		path, err := parsePath(rule.Text("path"))
		if err != nil {
			return e, param.Invalid(fmt.Sprintf("expect.json[%d].path", i), "%v", err)
		}
		e.json = append(e.json, jsonRule{path, rule["equals"]})
	}
	return e, nil
}

// inspects reports whether the body has to be kept. contains is matched while
// the body is read.
func (e *expectation) inspects() bool { return e.json != nil || e.captures != nil }

// judge returns nil for a right response, or else a failure of a class such as
// status_404, or body.
func (e *expectation) judge(ctx context.Context, response *httpclient.Response) error {
	if !e.statuses.has(response.Status) {
		return &workload.Failure{
			Class: "status_" + strconv.Itoa(response.Status),
			Err:   fmt.Errorf("the answer's status is %d", response.Status),
		}
	}
	if e.contains != nil && !response.Found() {
		return wrongBody("the answer's body does not contain %q", e.contains.String())
	}
	if !e.inspects() {
		return nil
	}
	return withJSON(ctx, response, func(document any) error {
		for _, rule := range e.json {
			if err := rule.judge(ctx, document); err != nil {
				return err
			}
		}
		return captureJSON(ctx, document, e.captures)
	})
}

func (r jsonRule) judge(ctx context.Context, document any) error {
	found, ok, err := r.first(ctx, document)
	switch {
	case err != nil:
		return err
	case !ok:
		return wrongBody("the answer has nothing at %s", r.text)
	case r.equals != nil && !equal(found, r.equals):
		return wrongBody("the answer has %s at %s, not %s", clip(scalar(found)), r.text, scalar(r.equals))
	}
	return nil
}
