package main

import (
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
)

// fieldFlags maps flags to the fields of the spec that they set.
var fieldFlags = []struct{ flag, field string }{
	{"jobs", "num_jobs"},
	{"concurrency", "concurrency"},
	{"rate", "rate"},
	{"arrival", "arrival"},
	{"on-saturation", "on_saturation"},
	{"duration", "duration"},
	{"warmup", "warmup"},
	{"timeout", "timeout"},
	{"seed", "seed"},
	{"name", "name"},
	{"max-lost-fraction", "max_lost_fraction"},
}

// addSpecFlags declares a flag for every field of the spec. Its usage is the
// description of the field.
func addSpecFlags(flags *pflag.FlagSet) {
	docs := map[string]string{}
	for _, p := range aurea.SpecParameters() {
		docs[p.Name] = p.Doc
		if len(p.Options) > 0 {
			docs[p.Name] += " (" + p.Rule() + ")"
		}
	}
	for _, f := range fieldFlags {
		flags.String(f.flag, "", docs[f.field])
	}
	flags.String("job-duration", "", "how long a job sleeps, give or take 20 %, such as 100ms")
	flags.String("workload", "", "what a job does: a kind; see aurea workloads")
	flags.StringArray("param", nil,
		"parameter of the workload, key=value, or key=@file to read a file (@- is standard input); repeatable")
	flags.StringArray("threshold", nil, docs["thresholds"]+"; repeatable")
	flags.StringArray("label", nil, docs["labels"]+", key=value; repeatable")
	flags.String("workers", "", docs["workers"]+
		": all, local, a number, or with labels such as 3,zone=a or zone=a")
	flags.Bool("include-jobs", false, docs["include_jobs"])
}
