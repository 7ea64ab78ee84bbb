package main

import (
	"cmp"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// workerFlags are the flags of aurea worker.
type workerFlags struct {
	nats     natsFlags
	name     string
	labels   []string
	insecure bool
	grace    time.Duration
	logLevel string
	policy   policyFlags
}

func (f *workerFlags) addFlags(flags *pflag.FlagSet) {
	f.nats.addFlags(flags, "the service is")
	flags.StringVar(&f.name, "name", "", "name of the worker (default the host's name)")
	flags.StringArrayVar(&f.labels, "label", nil, "`KEY=VALUE` by which runs select workers; repeatable")
	flags.BoolVar(&f.insecure, "insecure", false, "send the token to another machine without encryption")
	flags.DurationVar(&f.grace, "grace", time.Hour, "how long the running shard may continue after SIGTERM")
	f.policy.addFlags(flags, "that of temporary files")
	f.policy.addTargetFlag(flags)
	_ = flags.MarkDeprecated("files", "the service sends the files that a run needs") // the flag exists
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
}

// check checks the flags but those of the policy, which its options check. It
// reads no file.
func (f workerFlags) check() error {
	if err := f.nats.check(); err != nil {
		return err
	}
	if !f.nats.set() {
		return usageErrorf("--nats is missing; give the URL that aurea serve --nats-listen shows, " +
			"such as nats://127.0.0.1:4222")
	}
	if f.grace < 0 {
		return usageErrorf("--grace must not be negative; got %v", f.grace)
	}
	if err := cluster.CheckText("--name", f.name); err != nil {
		return usageErrorf("%w", err)
	}
	_, err := f.parseLabels()
	return err
}

// parseLabels returns the labels by their key.
func (f workerFlags) parseLabels() (map[string]string, error) {
	labels := map[string]string{}
	for _, label := range f.labels {
		key, value, found := strings.Cut(label, "=")
		if !found || key == "" {
			return nil, usageErrorf("--label must be KEY=VALUE, such as zone=a; got %q", label)
		}
		if err := cmp.Or(cluster.CheckText("--label", key), cluster.CheckText("--label "+key, value)); err != nil {
			return nil, usageErrorf("%w", err)
		}
		if _, twice := labels[key]; twice {
			return nil, usageErrorf("--label %s is there twice; a worker has one value for it", key)
		}
		labels[key] = value
	}
	if len(labels) > cluster.MaxLabels {
		return nil, usageErrorf("--label can be there %d times; got %d", cluster.MaxLabels, len(labels))
	}
	return labels, nil
}

// hello returns how the worker describes itself. Its weight is its number of
// cores. The flags were checked.
func (f workerFlags) hello(environment aurea.Environment) (cluster.Hello, error) {
	labels, err := f.parseLabels()
	if err != nil {
		return cluster.Hello{}, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return cluster.Hello{
		ID:          cluster.NewID(),
		Name:        cmp.Or(f.name, host),
		Labels:      labels,
		Protocol:    cluster.Protocol,
		Version:     version,
		GoArch:      runtime.GOARCH,
		Host:        host,
		Boot:        platform.BootID(),
		Environment: environment,
		Weight:      max(environment.Cores, 1),
		State:       cluster.Idle,
	}, nil
}
