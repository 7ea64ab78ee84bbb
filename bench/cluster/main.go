// Command cluster measures runs on workers, with real processes of bin/aurea on
// this machine, and prints a table.
//
//	go -C bench run ./cluster                        everything, five rounds
//	go -C bench run ./cluster -rows spread           the experiments whose names hold "spread"
//	go -C bench run ./cluster -rounds 1 -short       everything in small, to see that it works
//	go -C bench run ./cluster -base FILE             beside another bin/aurea: size and start of the command
//
// All processes share the machine's cores, so only ratios within a round are a
// claim. Run it on a machine that does nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
)

// Options say what is measured.
type options struct {
	rounds int
	short  bool   // in small
	base   string // another bin/aurea; "" for none
}

func main() {
	var o options
	rows := flag.String("rows", "", "run only the experiments whose names hold one of these words, separated by commas")
	flag.IntVar(&o.rounds, "rounds", 5, "how often every figure is measured")
	flag.BoolVar(&o.short, "short", false, "measure in small: the figures are no claim")
	flag.StringVar(&o.base, "base", "", "path of another bin/aurea to compare the size and the start with")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rows, o); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, words string, o options) error {
	if err := os.Chdir(".."); err != nil { // undo go -C bench: all paths are relative to the repository's root
		return err
	}
	if _, err := os.Stat("cmd/aurea"); err != nil {
		return errors.New("run it as go -C bench run ./cluster, in the repository's root")
	}
	if output, err := exec.CommandContext(ctx, "make", "build").CombinedOutput(); err != nil {
		return fmt.Errorf("make build: %w\n%s", err, output)
	}
	fmt.Println("| what | target | median (least … most) | reached |\n|---|---|---|---|")
	for _, e := range experiments {
		if !e.chosen(words) {
			continue
		}
		rows, err := e.run(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		for _, r := range rows {
			fmt.Println(r)
		}
	}
	return nil
}

// chosen reports whether the name of the experiment holds one of the words.
func (e experiment) chosen(words string) bool {
	for word := range strings.SplitSeq(words, ",") {
		if strings.Contains(e.name, word) {
			return true
		}
	}
	return false
}
