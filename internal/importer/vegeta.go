package importer

import (
	"encoding/json"
	"errors"

	"github.com/aurea-orchestrator/aurea/internal/vegeta"
)

// Vegeta reads targets of vegeta. Those that occur several times become one with
// a weight.
func Vegeta(text string) ([]Request, error) {
	targets, err := vegeta.Parse(text)
	var wrong *vegeta.Error
	if errors.As(err, &wrong) {
		return nil, &Error{wrong.Line, wrong.Column, wrong.Message}
	}
	var requests []Request
	for _, t := range targets {
		r := Request{Method: t.Method, URL: t.URL, Body: t.Body, BodyFile: t.BodyFile}
		for _, f := range t.Header {
			r.addHeader(f.Name, f.Value)
		}
		requests = append(requests, r)
	}
	return merge(requests)
}

// merge merges equal requests into one with a weight.
func merge(requests []Request) (merged []Request, err error) {
	places := map[string]int{}
	for _, r := range requests {
		key, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		i, found := places[string(key)]
		if !found {
			i = len(merged)
			places[string(key)] = i
			merged = append(merged, r)
		}
		merged[i].Weight++
	}
	return merged, nil
}
