package workload

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Set is the kinds of job that a host knows, with the operator's policy. It
// does not change after NewSet and is safe for concurrent use.
type Set struct {
	policy Policy
	kinds  func() []Kind // with the parameters that every kind takes
}

// NewSet returns a set of the given kinds, in the order of the documentation. To
// the parameters of each it adds those that every kind takes, when the set is
// first used: there are sets that a command never uses.
func NewSet(policy Policy, kinds ...Kind) *Set {
	return &Set{policy, sync.OnceValue(func() []Kind {
		kinds := slices.Clone(kinds)
		for i := range kinds {
			kinds[i].Parameters = append(slices.Clip(kinds[i].Parameters), failure)
		}
		return kinds
	})}
}

// Kinds describes the available kinds, in the order of the table.
func (s *Set) Kinds() []aurea.Kind {
	var described []aurea.Kind
	for _, k := range s.kinds() {
		if k.Unavailable == "" {
			described = append(described, k.Kind)
		}
	}
	return described
}

// AllKinds describes every kind, available or not, in the order of the table.
func (s *Set) AllKinds() []aurea.Kind {
	var described []aurea.Kind
	for _, k := range s.kinds() {
		described = append(described, k.Kind)
	}
	return described
}

// ByName describes an available kind. The error is an *aurea.InvalidError that
// names the available kinds.
func (s *Set) ByName(name string) (aurea.Kind, error) {
	k, err := s.find(name, "workload.kind")
	return k.Kind, err
}

// Parameters returns the parameters of a kind, available or not; nil if there
// is no such kind.
func (s *Set) Parameters(name string) []param.Parameter {
	if k, ok := s.known(name); ok {
		return k.Parameters
	}
	return nil
}

// known returns the kind with the given name, available or not.
func (s *Set) known(name string) (Kind, bool) {
	for _, k := range s.kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// find returns an available kind. The error is about the field at location.
func (s *Set) find(name, location string) (Kind, error) {
	k, ok := s.known(name)
	if ok && k.Unavailable != "" {
		return Kind{}, param.Invalid(location, "%s", k.Unavailable)
	}
	if ok {
		return k, nil
	}
	var names []string
	for _, k := range s.kinds() {
		if k.Unavailable == "" {
			names = append(names, k.Name)
		}
	}
	message := fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name)
	if near := param.Closest(name, names); near != "" {
		message += "; did you mean " + near + "?"
	}
	return Kind{}, param.Invalid(location, "%s", message)
}

// CheckParameters checks the parameters of a workload by their declarations
// alone, whether this host offers the kind or not. The error is an
// *aurea.InvalidError about the location of the workload.
func (s *Set) CheckParameters(w aurea.Workload, location string) error {
	k, ok := s.known(w.Kind)
	if !ok {
		_, err := s.find(w.Kind, location+".kind")
		return err
	}
	values, err := param.Read(k.Parameters, w.Parameters, location)
	if err != nil {
		return err
	}
	var found []error
	for _, c := range childrenOf(values) {
		found = append(found, s.CheckParameters(c.workload, location+"."+c.location))
	}
	return param.Merge(found...)
}
