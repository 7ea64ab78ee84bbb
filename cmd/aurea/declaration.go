package main

import (
	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// kindParameter declares the kind of a workload, which no kind declares.
var kindParameter = param.Parameter{Name: "kind", Type: param.Text}

// typeOf returns the declared type of what is at a path of the spec, also within
// parts and steps; "" if nothing declares it.
func (d *specDocument) typeOf(steps []step) param.Type {
	at := param.Parameter{Type: param.Object, Members: aurea.SpecParameters()}
	var value any = d.fields
	if len(steps) > 1 && steps[0].member == "defaults" {
		inherited := append(everyKind.Parameters(steps[1].member), param.Parameter{Name: aurea.BaseURL, Type: param.Text})
		at = param.Parameter{Type: param.Object, Members: inherited}
		family, _ := d.fields["defaults"].(map[string]any)
		value, steps = family[steps[1].member], steps[2:]
	}
	for _, s := range steps {
		at = declarationWithin(at, value, s)
		switch around := value.(type) {
		case map[string]any:
			value = around[s.member]
		case []any:
			if value = nil; s.item >= 0 && s.item < len(around) {
				value = around[s.item]
			}
		default:
			value = nil
		}
	}
	return at.Type
}

// declarationWithin returns the declaration of a member or item of a value, given
// the value's own. The zero declaration stands for none.
func declarationWithin(at param.Parameter, value any, s step) param.Parameter {
	switch {
	case at.Type == param.List && s.item >= 0:
		return *at.Items
	case at.Type == param.StringMap || at.Type == param.FieldList:
		return param.Parameter{Type: param.Text}
	case at.Type == param.OneOf:
		for _, one := range at.Alternatives {
			if found := declarationWithin(one, value, s); found.Type != "" {
				return found
			}
		}
	case at.Type == param.KindType && s.item < 0:
		object, _ := value.(map[string]any)
		kind, _ := object["kind"].(string)
		if found := memberNamed(s.member, everyKind.Parameters(kind)); found.Type != "" {
			return found
		}
		return memberNamed(s.member, append([]param.Parameter{kindParameter}, at.Members...))
	case at.Type == param.Object && s.item < 0:
		return memberNamed(s.member, at.Members)
	}
	return param.Parameter{}
}

// memberNamed returns the declaration of a name; the zero one if there is none.
func memberNamed(name string, members []param.Parameter) param.Parameter {
	for _, p := range members {
		if p.Name == name {
			return p
		}
	}
	return param.Parameter{}
}
