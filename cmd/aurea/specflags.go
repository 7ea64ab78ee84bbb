package main

import (
	"sync"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
)

// fieldFlags maps flags, and their short forms if they have one, to the fields of
// the spec that they set. The short forms are those of hey and curl.
var fieldFlags = []struct{ flag, short, field string }{
	{"jobs", "n", "num_jobs"},
	{"concurrency", "c", "concurrency"},
	{"rate", "r", "rate"},
	{"arrival", "", "arrival"},
	{"on-saturation", "", "on_saturation"},
	{"duration", "z", "duration"},
	{"warmup", "", "warmup"},
	{"timeout", "m", "timeout"},
	{"seed", "", "seed"},
	{"name", "", "name"},
	{"max-lost-fraction", "", "max_lost_fraction"},
	{"sample", "", "sample"},
}

// compositeFlags maps fields to the flags that set them in a way of their own.
var compositeFlags = map[string]string{
	"job_duration_ms": "job-duration",
	"workload":        "workload",
	"thresholds":      "threshold",
	"labels":          "label",
	"workers":         "workers",
	"include_jobs":    "include-jobs",
	"repeat":          "repeat",
}

// fieldFlag returns the flag that sets a field of the spec; "" if none does.
func fieldFlag(field string) string {
	for _, f := range fieldFlags {
		if f.field == field {
			return f.flag
		}
	}
	return compositeFlags[field]
}

// fieldDocs returns the description of each field of the spec. Several commands
// have flags for them.
var fieldDocs = sync.OnceValue(func() map[string]string {
	docs := map[string]string{}
	for _, p := range aurea.SpecParameters() {
		docs[p.Name] = p.Doc
		if len(p.Options) > 0 {
			docs[p.Name] += " (" + p.Rule() + ")"
		}
	}
	return docs
})

// addSpecFlags declares a flag for every field of a single run's spec. Its usage is
// the description of the field. addRepeatFlags declares the others.
func addSpecFlags(flags *pflag.FlagSet) {
	docs := fieldDocs()
	for _, f := range fieldFlags {
		flags.StringP(f.flag, f.short, "", docs[f.field])
	}
	flags.String("job-duration", "", "how long a job sleeps, give or take 20 %, such as 100ms")
	flags.String("workload", "", "what a job does: a kind; see aurea workloads")
	flags.StringArray("param", nil,
		"parameter of the workload, key=value, or key=@file to read a file (@- is standard input); repeatable")
	addHTTPFlags(flags)
	flags.StringArray("threshold", nil, docs["thresholds"]+"; repeatable")
	flags.StringArray("label", nil, docs["labels"]+", key=value; repeatable")
	flags.String("workers", "", docs["workers"]+
		": all, local, a number, or with labels such as 3,zone=a or zone=a")
	flags.StringArray("set", nil,
		"any value of the spec, `path=value`, such as stages[0].rate=200; null removes it; repeatable")
	flags.Bool("include-jobs", false, docs["include_jobs"])
}
