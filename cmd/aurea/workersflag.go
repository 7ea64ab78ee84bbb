package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// applyWorkers sets the workers that a layer gives.
func (d *specDocument) applyWorkers(l layer) error {
	flag := l.flag("workers")
	if flag == nil || d.keepsField("workers", l) {
		return nil
	}
	value, err := parseWorkers(flag)
	if err != nil {
		return err
	}
	d.setField("workers", flagOrigin(flag), value)
	return nil
}

// parseWorkers returns the value of --workers as a spec has it. Labels follow
// the number, or all, or stand alone: 3,zone=a. DecodeSpec validates an object,
// and the labels.
func parseWorkers(flag *pflag.Flag) (any, error) {
	text := flag.Value.String()
	if strings.HasPrefix(text, "{") {
		return parseParam(param.OneOf, text), nil
	}
	wrong := usageErrorf("%s must be all, local, a number from 1 to %d, or labels with or without a number "+
		"such as 3,zone=a; got %q", flagOrigin(flag), aurea.MaxWorkers, text)
	first, rest, more := strings.Cut(text, ",")
	count, err := strconv.ParseUint(first, 10, 64)
	isCount := err == nil && count >= 1 && count <= aurea.MaxWorkers
	selection := map[string]any{}
	switch {
	case isCount && more:
		selection["count"] = json.Number(first)
	case isCount:
		return json.Number(first), nil
	case !more && (first == aurea.PlaceAll || first == aurea.PlaceLocal):
		return first, nil
	case strings.Contains(first, "="):
		rest = text
	case first != aurea.PlaceAll:
		return nil, wrong
	}
	labels := map[string]any{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, err := splitPair(flag, part)
		if err != nil {
			return nil, wrong
		}
		if _, given := labels[key]; given {
			return nil, usageErrorf("%s has two values for the label %s; give one", flagOrigin(flag), key)
		}
		labels[key] = value
	}
	selection["labels"] = labels
	return selection, nil
}

// refuseWorkers returns an error for a spec that asks for workers, which only a
// service has.
func refuseWorkers(spec aurea.Spec) error {
	if spec.Workers == nil || spec.Workers.Local() {
		return nil
	}
	return param.Invalid("workers",
		"needs a service that has workers: add --server URL, or leave it out to run on this machine")
}

// A localExecutor executes plans on this machine. It refuses plans that ask for
// workers.
type localExecutor struct{ *engine.Engine }

// Resolve resolves the workload of a plan.
func (e localExecutor) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	if spec := plan.Spec; spec.Workers != nil && !spec.Workers.Local() {
		return nil, param.Invalid("workers", "asks for workers, and this service has none; leave it out, or say %q",
			aurea.PlaceLocal)
	}
	return e.Engine.Resolve(plan)
}
