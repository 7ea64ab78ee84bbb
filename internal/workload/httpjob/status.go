package httpjob

import (
	"github.com/aurea-orchestrator/aurea/param"
)

// statusParameter declares statuses: numbers, and classes such as 2xx.
func statusParameter(doc string) param.Parameter {
	return param.Parameter{
		Name: "status", Type: param.List, Min: 1, Max: 50, Doc: doc,
		Items: &param.Parameter{Type: param.OneOf, Doc: "a status, or a class of them", Alternatives: []param.Parameter{
			{Type: param.Integer, Min: 100, Max: 599, Doc: "a status"},
			{Type: param.Text, Options: []string{"1xx", "2xx", "3xx", "4xx", "5xx"}, Doc: "all statuses that begin so"},
		}},
	}
}

// A statusSet is a set of HTTP statuses, one bit for each up to 639. The zero
// value is what a spec without statuses expects: those below 400.
type statusSet [10]uint64

// newStatusSet reads the parameter, which may be absent.
func newStatusSet(v param.Values) (s statusSet) {
	for _, item := range v.List("status") {
		switch item := item.(type) {
		case int64:
			s.add(int(item))
		case string:
			class := int(item[0]-'0') * 100
			for status := range 100 {
				s.add(class + status)
			}
		}
	}
	return s
}

func (s *statusSet) add(status int) { s[status/64] |= 1 << (status % 64) }

// has reports whether a response may have a status.
func (s *statusSet) has(status int) bool {
	if *s == (statusSet{}) {
		return status < 400
	}
	return status < 64*len(s) && s[status/64]&(1<<(status%64)) != 0
}
