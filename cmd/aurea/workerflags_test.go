package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// parseWorkerFlags parses the flags of a worker.
func parseWorkerFlags(t *testing.T, args string) workerFlags {
	t.Helper()
	var f workerFlags
	flags := pflag.NewFlagSet("worker", pflag.ContinueOnError)
	f.addFlags(flags)
	if err := flags.Parse(strings.Fields(args)); err != nil {
		t.Fatal(err)
	}
	return f
}

// manyLabels returns so many flags of labels.
func manyLabels(n int) string {
	var flags strings.Builder
	for i := range n {
		fmt.Fprintf(&flags, " --label l%d=", i)
	}
	return flags.String()
}

// Invalid flags of a worker are errors that name them.
func TestWorkerFlagErrors(t *testing.T) {
	const nats = "--nats nats://127.0.0.1:4222 "
	for args, want := range map[string]string{
		"":                               "--nats is missing; give the URL that aurea serve --nats-listen shows",
		"--nats ftp://a":                 "--nats: the URL of a NATS server begins with",
		"--nats-key k":                   "--nats-key is for a connection to NATS",
		nats + "--nats-key k":            "--nats-key needs --nats-cert",
		nats + "--label zone":            `--label must be KEY=VALUE, such as zone=a; got "zone"`,
		nats + "--label =a":              `--label must be KEY=VALUE, such as zone=a; got "=a"`,
		nats + "--label a=1 --label a=2": "--label a is there twice; a worker has one value for it",
		nats + "--name one\x00":          "--name must be at most 200 bytes of text, without control characters",
		nats + "--label a\x00=1":         "--label must be at most 200 bytes of text",
		nats + "--label a=" + strings.Repeat("é", 101): "--label a must be at most 200 bytes of text",
		nats + manyLabels(17):                          "--label can be there 16 times; got 17",
		nats + "--grace -1s":                           "--grace must not be negative; got -1s",
		nats + "--nats-creds a --name one ":            "",
	} {
		err := parseWorkerFlags(t, args).check()
		if want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("aurea worker %s: %v, want %q", args, err, want)
		}
	}
}

// A worker describes itself by its flags and its machine, as servers accept it.
func TestWorkerHello(t *testing.T) {
	environment := aurea.Environment{Cores: 3}
	hello, err := parseWorkerFlags(t, "--name one --label zone=a --label disk=b=c --label empty=").hello(environment)
	if err != nil {
		t.Fatal(err)
	}
	if hello.Name != "one" || hello.Weight != 3 || hello.Version != version {
		t.Errorf("the worker describes itself as %+v", hello)
	}
	if diff := cmp.Diff(map[string]string{"zone": "a", "disk": "b=c", "empty": ""}, hello.Labels); diff != "" {
		t.Errorf("the labels differ (-want +got):\n%s", diff)
	}
	if _, err := cluster.Encode(&hello); err != nil {
		t.Errorf("no server accepts it: %v", err)
	}
	unnamed, err := parseWorkerFlags(t, "").hello(environment)
	if host, _ := os.Hostname(); err != nil || unnamed.Name != host {
		t.Errorf("without a name it is %q (%v), want %q", unnamed.Name, err, host)
	}
	if unnamed.ID == hello.ID {
		t.Errorf("two workers have the id %s", hello.ID)
	}
}
