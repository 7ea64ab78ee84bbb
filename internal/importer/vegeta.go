package importer

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Vegeta reads targets of vegeta: lines such as GET http://localhost/, each with
// headers and @FILE for its body below it; or a JSON object a line. Targets that
// occur several times become one with a weight.
func Vegeta(text string) ([]Request, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	read := vegetaHTTP
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		read = vegetaJSON
	}
	requests, err := read(text)
	if err != nil {
		return nil, err
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

// vegetaHTTP reads the format http. A target may follow another one without an
// empty line, as in vegeta.
func vegetaHTTP(text string) (requests []Request, err error) {
	offset := 0
	inTarget := false
	for line := range strings.SplitAfterSeq(text, "\n") {
		at := offset
		offset += len(line)
		line = strings.TrimSpace(line)
		method, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			inTarget = false
		case isMethod(method) && strings.Contains(rest, "://"):
			requests = append(requests, Request{Method: method, URL: strings.TrimSpace(rest)})
			inTarget = true
		case !inTarget:
			return nil, errorAt(text, at, "must be a target such as GET http://localhost/; got %q", line)
		case strings.HasPrefix(line, "@"):
			requests[len(requests)-1].BodyFile = line[1:]
		default:
			name, value, found := strings.Cut(line, ":")
			if !found || name == "" {
				return nil, errorAt(text, at, `must be a header such as "Name: value", or @ and a file; got %q`, line)
			}
			requests[len(requests)-1].addHeader(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return requests, nil
}

// isMethod reports whether a word is a method, in capitals.
func isMethod(word string) bool {
	return word != "" && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// vegetaJSON reads the format json.
func vegetaJSON(text string) (requests []Request, err error) {
	offset := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		at := offset
		offset += len(line)
		if strings.TrimSpace(line) == "" {
			continue
		}
		var target struct {
			Method string      `json:"method"`
			URL    string      `json:"url"`
			Body   []byte      `json:"body"`
			Header http.Header `json:"header"`
		}
		if err := decodeJSON(line, &target); err != nil {
			wrong, ok := err.(*Error) //nolint:errorlint // decodeJSON wraps nothing
			if !ok {
				return nil, err
			}
			return nil, errorAt(text, at+wrong.Column-1, "%s", wrong.Message)
		}
		if target.Method == "" || target.URL == "" {
			return nil, errorAt(text, at, "must have a method and a url")
		}
		r := Request{Method: target.Method, URL: target.URL, Body: target.Body}
		for _, name := range slices.Sorted(maps.Keys(target.Header)) {
			for _, value := range target.Header[name] {
				r.addHeader(name, value)
			}
		}
		requests = append(requests, r)
	}
	return requests, nil
}
