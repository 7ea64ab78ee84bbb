// Command floor measures what one HTTP request costs the client, and where: its
// processor time, its system calls by kind, and its shares by part, for Aurea
// beside wrk (HTTP/1.1, plain and over TLS) and h2load (HTTP/2).
//
//	go -C bench run ./floor                    print the page
//	go -C bench run ./floor -write             write it to docs/floor.md
//	go -C bench run ./floor -work tls -rounds 9
//
// It needs nginx, wrk, h2load and perf. A change of the HTTP client that makes a
// request cheaper gets a row in steps.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// The programs that are measured, relative to the repository's root.
var (
	aureaProgram = filepath.Join(".tools", "floor", "aurea")
	loopProgram  = filepath.Join(".tools", "floor", "loop")
	fastProgram  = filepath.Join(".tools", "floor", "fast")
)

func main() {
	work := flag.String("work", "", "measure only the work whose name has this in it: plain, TLS or HTTP/2")
	rounds := flag.Int("rounds", 5, "how often every contender is measured, in turns")
	seconds := flag.Int("seconds", 2, "how long a measurement takes")
	write := flag.Bool("write", false, "write docs/floor.md instead of printing it")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *work, *rounds, *seconds, *write); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, work string, rounds, seconds int, write bool) error {
	if rounds < 1 || seconds < 1 {
		return errors.New("-rounds and -seconds must be at least 1")
	}
	if write && work != "" {
		return errors.New("docs/floor.md has all work: -write and -work exclude each other")
	}
	for _, program := range []string{"nginx", "wrk", "h2load", "perf", "taskset"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is needed: %w", program, err)
		}
	}
	if err := os.Chdir(".."); err != nil { // undo go -C bench: all paths are relative to the repository's root
		return err
	}
	if err := build(ctx); err != nil {
		return err
	}
	stopNginx, err := startNginx()
	if err != nil {
		return err
	}
	defer stopNginx()
	stopFast, err := startService(fastAt, fastProgram, fastAt)
	if err != nil {
		return err
	}
	defer stopFast()
	p := newPage(ctx, rounds, seconds)
	for _, w := range works(seconds) {
		if !strings.Contains(w.name, work) {
			continue
		}
		measured, err := w.measure(ctx, rounds)
		if err != nil {
			return err
		}
		p.Works = append(p.Works, measured)
	}
	if len(p.Works) == 0 {
		return fmt.Errorf("no work has %q in its name; there is plain, TLS and HTTP/2", work)
	}
	var text strings.Builder
	if err := p.print(&text); err != nil {
		return err
	}
	if write {
		return os.WriteFile(filepath.Join("docs", "floor.md"), []byte(text.String()), 0o644)
	}
	_, err = os.Stdout.WriteString(text.String())
	return err
}

// build builds Aurea as make build does, but with the symbols that perf needs,
// the bare loop, and the service that only answers.
func build(ctx context.Context) error {
	for _, target := range []struct{ folder, program, source string }{
		{".", aureaProgram, "./cmd/aurea"},
		{"bench", loopProgram, "./floor/loop"},
		{"bench", fastProgram, "./fast"},
	} {
		to, err := filepath.Abs(target.program)
		if err != nil {
			return err
		}
		command := exec.CommandContext(ctx, "go", "-C", target.folder, "build", "-trimpath", "-buildvcs=false",
			"-o", to, target.source)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output)
		}
	}
	return nil
}
