package main

import (
	"encoding/json"
	"errors"
	"fmt"
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
	if len(members) == 0 {
		return aurea.SearchRequest{}, nil, usageErrorf("%s", needRange(command))
	}
	for _, name := range []string{"precision", "max_time", "cooldown"} {
		if value, _ := command.Flags().GetString(searchFlags[name]); value != "" {
			members[name] = value
		}
	}
	if objectives := repeatedValues(command.Flags(), "objective"); len(objectives) > 0 {
		members["objectives"] = objectives
	}
	sets := repeatedValues(command.Flags(), "set")
	d, fileErr, err := assembleSpec(command, command.Flags(), args, setFlag{"--set", sets})
	if err != nil {
		return aurea.SearchRequest{}, d, err
	}
	members["spec"] = d.fields
	encoded, err := json.Marshal(members)
	if err != nil {
		return aurea.SearchRequest{}, d, usageErrorf("cannot read the spec: %v", err)
	}
	request, err := aurea.DecodeSearchNaming(encoded, func(field string) string {
		if name := searchFlag(command, field); name != "" && d.origins[field] == "" {
			return name
		}
		return d.fieldName(field)
	})
	if err != nil || fileErr != nil {
		err = joinFieldErrors(fileErr, d.locateSearch(command, err), d.checkWorkload(request.Spec))
	}
	return request, d, err
}

// needRange returns the message about a search without a range of loads.
func needRange(command *cobra.Command) string {
	for _, name := range []string{"rate", "concurrency"} {
		if flag := command.Flags().Lookup(name); flag.Changed {
			return fmt.Sprintf("%s must be a range to search, such as 100..100000; got %q", flagOrigin(flag), flag.Value)
		}
	}
	return "the loads to search are needed: --rate LO..HI or --concurrency LO..HI, such as --rate 100..100000"
}

// searchFlag returns the flag or variable that sets a member of a search; "" if
// none does.
func searchFlag(command *cobra.Command, member string) string {
	if flag := searchFlags[member]; flag != "" {
		return flagOrigin(command.Flags().Lookup(flag))
	}
	return ""
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
func (d *specDocument) locateSearch(command *cobra.Command, err error) error {
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
		if flag := searchFlag(command, member); flag != "" {
			field.Location = flag
		}
		ofSearch.Fields = append(ofSearch.Fields, field)
	}
	return joinFieldErrors(ofSearch, d.locate(ofSpec))
}
