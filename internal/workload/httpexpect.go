package workload

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// expectParameter says which answers are right.
var expectParameter = param.Parameter{
	Name: "expect", Type: param.Object, Doc: "which answers are right; without it, those with a status below 400",
	Members: []param.Parameter{
		{Name: "status", Type: param.List, Min: 1, Max: 50, Items: &param.Parameter{Type: param.Integer, Min: 100, Max: 599, Doc: "a status"}, Doc: "statuses that are right"},
		{Name: "contains", Type: param.Text, Max: 10_000, Doc: "what the answer's body must contain"},
		{Name: "json", Type: param.List, Min: 1, Max: 20, Doc: "what must be in the answer's JSON", Items: &param.Parameter{
			Type: param.Object, Doc: "a place, and what is there", Members: []param.Parameter{
				{Name: "path", Type: param.Text, Max: 1000, Required: true, Doc: "a JSONPath (RFC 9535) such as $.items[0].id, which must be there"},
				{Name: "equals", Type: param.Any, Doc: "what it must be; anything unless given"},
			},
		}},
	},
}

// An expectation judges answers. The zero value wants a status below 400.
type expectation struct {
	statuses []int64
	contains *httpclient.Pattern // nil: anything
	json     []jsonRule
}

type jsonRule struct {
	jsonPath
	equals any // nil: anything
}

func readExpectation(value any) (expectation, error) {
	var e expectation
	given, ok := value.(param.Values)
	if !ok {
		return e, nil
	}
	statuses, _ := given["status"].([]any)
	for _, status := range statuses {
		e.statuses = append(e.statuses, status.(int64))
	}
	if text, ok := given["contains"].(string); ok {
		e.contains = httpclient.NewPattern([]byte(text))
	}
	rules, _ := given["json"].([]any)
	for i, item := range rules {
		rule := item.(param.Values)
		path, err := readPath(rule["path"].(string))
		if err != nil {
			return e, wrongField(fmt.Sprintf("expect.json[%d].path", i), err.Error())
		}
		e.json = append(e.json, jsonRule{path, rule["equals"]})
	}
	return e, nil
}

// looks reports whether it takes an answer's body to judge it. What that contains
// is looked for as it comes.
func (e expectation) looks() bool { return e.json != nil }

// judge is nil for a right answer, and else a failure of class status_404 and so
// on, or body.
func (e expectation) judge(ctx context.Context, answer *httpclient.Response) error {
	if e.statuses == nil && answer.Status >= 400 || e.statuses != nil && !slices.Contains(e.statuses, int64(answer.Status)) {
		return &Failure{"status_" + strconv.Itoa(answer.Status), fmt.Errorf("the answer's status is %d", answer.Status)}
	}
	if e.contains != nil && !answer.Found() {
		return wrongBody("the answer's body does not contain %q", e.contains.String())
	}
	if e.json == nil {
		return nil
	}
	return withJSON(ctx, answer, func(document any) error {
		for _, rule := range e.json {
			if err := rule.judge(ctx, document); err != nil {
				return err
			}
		}
		return nil
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
