package main

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wrongValues are values that flags refuse, by the path of a command and the flag,
// or by the flag alone. Flags with a rule of valueRules need none.
var wrongValues = map[string]string{
	"base-url": "x", "methods": "x", "speed": "x", "rows": "x",
	"allow-target": "a b", "arrival": "x", "body": "@/nowhere", "concurrency": "0", "duration": "-1s",
	"files":         "/nowhere",
	"exec-commands": "/nowhere", "fail-on": "x", "format": "x", "header": "x", "job-duration": "x", "jobs": "0",
	"keep-age": "-1s", "keep-bytes": "x", "keep-runs": "-1", "label": "x", "limit": "0", "listen": "x", "match": "[",
	"log-level": "x", "max-connections": "-1", "max-disk": "x", "max-lost-fraction": "2", "max-memory": "x",
	"max-processes": "-1", "max-time": "x", "method": "a b", "nats": "ftp://x", "nats-ca": "/nowhere",
	"nats-cert": "/nowhere", "nats-creds": "/nowhere", "nats-listen": "x", "nats-tls-cert": "/nowhere",
	"nats-token-file": "/nowhere", "objective": "p99", "on-saturation": "x", "output": "x", "param": "x",
	"precision": "x", "push": "x", "queue": "-1", "rate": "0", "repeat": "0", "runs": "0", "sample": "0", "seed": "-1",
	"server": "x", "set": "x", "set-a": "x", "set-b": "x", "since": "x", "status": "x", "store": "x",
	"threshold": "x", "timeout": "x", "verdict": "x", "token-file": "/nowhere", "until": "x", "warmup": "x",
	"workers": "x", "workload": "x", "cooldown": "-1s", "ready": "x", "grace": "-1s",
	"ready-timeout": "0s", "grafana": "x", "allow-host": "a/b", "wait": "x",
	"nats-key": "/nowhere", "nats-tls-key": "/nowhere", "worker-token-file": "/nowhere", "unit": "x", "of": "x",

	"trend label": "x", "import k6-summary url": "x", "runs load rate": "x", "runs load concurrency": "x",
}

// anyValue are flags that take any text, or about which only the work itself can
// complain.
var anyValue = []string{
	"history", "scratch", "data", "store-file", "name", "note", "start", "file", "worker", "search",
	"runs list workload", // a workload of the past may be of any kind
}

// besideFlags are what a command needs to be right but for one flag; ID stands for
// a finished run.
var besideFlags = map[string]string{
	"run": "URL --jobs 1", "ab": "URL URL --jobs 1 -n 1", "spec check": "URL --jobs 1",
	"import har": "-", "import openapi": "-", "import access-log": "- --base-url URL", "import k6-summary": "-",
	"search":  "URL --jobs 1 --objective p99<1s --rate 1..2 --cooldown 0s",
	"compare": "ID ID", "trend": "x", "report": "ID",
	"runs baseline add": "ID", "runs baseline remove": "ID", "runs cancel": "ID", "runs change": "ID --note x",
	"runs delete": "ID", "runs export": "ID", "runs histogram": "ID", "runs load": "ID --rate 1", "runs pause": "ID",
	"runs resume": "ID", "runs show": "ID", "runs watch": "ID",
	"serve": "--listen 127.0.0.1:0", "worker": "--nats nats://127.0.0.1:1",
}

// Every flag of every command refuses a wrong value as wrong usage, and the
// message begins with the flag.
func TestWrongValueNamesItsFlag(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AUREA_HISTORY", dir)
	values := strings.NewReplacer("ID", keepRun(t, dir), "URL", "http://127.0.0.1:1/")
	forEachFlag(newRootCommand(), "", func(path string, flag *pflag.Flag) {
		if slices.Contains(anyValue, flag.Name) || slices.Contains(anyValue, path+" "+flag.Name) {
			return
		}
		value, ok := wrongValues[path+" "+flag.Name]
		if !ok {
			value, ok = wrongValues[flag.Name]
		}
		if _, ruled := valueRules[flag.Value.Type()]; ruled && !ok {
			value = "x"
		} else if !ok {
			t.Errorf("aurea %s --%s: give a wrong value, or say that it takes any", path, flag.Name)
			return
		}
		args := append(strings.Fields(path+" "+values.Replace(besideFlags[path])), "--"+flag.Name+"="+value)
		if flag.Name == "token-file" && path != "serve" {
			args = append(args, "--server", "http://127.0.0.1:1") // without one it is not read
		}
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if path == "serve" || path == "worker" {
				cancel() // what is not refused ends at once
			}
			var stdout, stderr bytes.Buffer
			code := run(ctx, args, strings.NewReader(""), &stdout, &stderr)
			checkExit(t, "the command", code, exitUsage, stderr.String())
			names := regexp.MustCompile(`(?m)^aurea: (A: |B: )?(--` + flag.Name + `|-` + flag.Shorthand + `)\b`)
			if !names.MatchString(stderr.String()) {
				t.Errorf("the message does not begin with the flag: %s", stderr.String())
			}
		})
	})
}

// forEachFlag calls do with every flag of every command below one.
func forEachFlag(command *cobra.Command, path string, do func(path string, flag *pflag.Flag)) {
	if !command.HasSubCommands() {
		command.Flags().VisitAll(func(flag *pflag.Flag) { do(path, flag) })
	}
	for _, child := range command.Commands() {
		if child.Name() != "help" {
			forEachFlag(child, strings.TrimSpace(path+" "+child.Name()), do)
		}
	}
}
