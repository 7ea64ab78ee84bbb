// Command peers measures Aurea and other tools in turn on the same machine, and
// prints docs/performance.md.
//
//	go -C bench run ./peers                          everything, five rounds
//	go -C bench run ./peers -rows noop -rounds 3     the experiments whose names hold "noop"
//	go -C bench run ./peers -write                   everything, into docs/performance.md
//
// To compare with another tool, add a line to peers and a contender to an
// experiment: see peers.go and experiments.go.
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

func main() {
	rows := flag.String("rows", "", "run only the experiments whose names hold one of these words, separated by commas")
	rounds := flag.Int("rounds", 5, "how often every contender is measured")
	write := flag.Bool("write", false, "write docs/performance.md instead of printing it")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rows, *rounds, *write); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rows string, rounds int, write bool) error {
	chosen := choose(rows)
	if len(chosen) == 0 || rounds < 1 {
		return fmt.Errorf("nothing to run: the experiments are %s", strings.Join(experimentNames(experiments), ", "))
	}
	if write && rows != "" {
		return errors.New("docs/performance.md has every row: -write and -rows exclude each other")
	}
	if err := os.Chdir(".."); err != nil { // undo go -C bench: all paths are relative to the repository's root
		return err
	}
	if _, err := os.Stat("cmd/aurea"); err != nil {
		return errors.New("run it as go -C bench run ./peers, in the repository's root")
	}
	if output, err := exec.CommandContext(ctx, "make", "build").CombinedOutput(); err != nil {
		return fmt.Errorf("make build: %w\n%s", err, output)
	}
	report := newReport(ctx, rounds, install(ctx, chosen))
	for _, e := range chosen {
		outcome := e.run(ctx, rounds, report.Absent)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		report.add(e, outcome)
	}
	var text strings.Builder
	if err := report.print(&text); err != nil {
		return err
	}
	if write {
		return os.WriteFile(filepath.Join("docs", "performance.md"), []byte(text.String()), 0o644)
	}
	_, err := os.Stdout.WriteString(text.String())
	return err
}

// choose returns the experiments whose names contain one of the words, or all
// without words.
func choose(words string) []experiment {
	var chosen []experiment
	for _, e := range experiments {
		for word := range strings.SplitSeq(words, ",") {
			if strings.Contains(e.name, word) {
				chosen = append(chosen, e)
				break
			}
		}
	}
	return chosen
}

func experimentNames(es []experiment) []string {
	var names []string
	for _, e := range es {
		names = append(names, e.name)
	}
	return names
}
