package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
)

// searchFlags maps the members of a search to the flags that set them.
var searchFlags = map[string]string{
	"objectives": "objective", "rate": "rate", "concurrency": "concurrency", "precision": "precision",
	"max_time": "max-time", "cooldown": "cooldown",
}

// readSearch assembles the search of a command: the spec as readSpec does, and the
// flags of the search.
func readSearch(command *cobra.Command, args []string) (aurea.SearchRequest, *specDocument, error) {
	members := map[string]any{}
	for _, name := range []string{"rate", "concurrency"} {
		if loads := takeRange(command, name); loads != "" {
			members[name] = loads
		}
	}
	for _, name := range []string{"precision", "max_time", "cooldown"} {
		if value, _ := command.Flags().GetString(searchFlags[name]); value != "" {
			members[name] = value
		}
	}
	if objectives, _ := command.Flags().GetStringArray("objective"); len(objectives) > 0 {
		members["objectives"] = objectives
	}
	sets, _ := command.Flags().GetStringArray("set")
	d, fileErr, err := assembleSpec(command, command.Flags(), args, sets)
	if err != nil {
		return aurea.SearchRequest{}, d, err
	}
	members["spec"] = d.fields
	encoded, err := json.Marshal(members)
	if err != nil {
		return aurea.SearchRequest{}, d, usageErrorf("cannot read the spec: %v", err)
	}
	request, err := aurea.DecodeSearch(encoded)
	if err != nil || fileErr != nil {
		err = joinFieldErrors(fileErr, d.locateSearch(err), d.checkWorkload(request.Spec))
	}
	return request, d, err
}

// takeRange removes the value of a flag of the spec that is a range of loads, and
// returns it.
func takeRange(command *cobra.Command, name string) string {
	flag := command.Flags().Lookup(name)
	loads := flag.Value.String()
	if !strings.Contains(loads, "..") {
		return ""
	}
	_ = flag.Value.Set("") // a text takes any value
	flag.Changed = false
	return loads
}

// locateSearch is locate for the error about a search: what is wrong with its spec
// is named as for a run, the rest by its flag.
func (d *specDocument) locateSearch(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	ofSpec, ofSearch := &aurea.InvalidError{}, &aurea.InvalidError{}
	for _, field := range invalid.Fields {
		if inSpec, ok := strings.CutPrefix(field.Location, "spec."); ok {
			field.Location = inSpec
			ofSpec.Fields = append(ofSpec.Fields, field)
			continue
		}
		member, _, _ := strings.Cut(field.Location, "[")
		if flag := searchFlags[member]; flag != "" {
			field.Location = "--" + flag
		}
		ofSearch.Fields = append(ofSearch.Fields, field)
	}
	return joinFieldErrors(ofSearch, d.locate(ofSpec))
}
