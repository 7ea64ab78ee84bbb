package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A peer is a tool that Aurea is compared with.
type peer struct {
	name    string // of its program too
	module  string
	version string // "": it is a library, pinned in bench/go.mod, and the program around it is ours
	source  string // the program: in its module, or here
}

// peers is what can be compared with, and its pinned versions.
var peers = []peer{
	{name: "k6", module: "go.k6.io/k6", version: "v1.8.1", source: "go.k6.io/k6"},
	{name: "hey", module: "github.com/rakyll/hey", version: "v0.1.5", source: "github.com/rakyll/hey"},
	{name: "vegeta", module: "github.com/tsenart/vegeta/v12", version: "v12.13.0", source: "github.com/tsenart/vegeta/v12"},
	{name: "fortio", module: "fortio.org/fortio", source: "./fortio"},
}

// tools is where the peers are installed, from the repository's root.
var tools = filepath.Join(".tools", "peers")

func (p peer) program() string { return filepath.Join(tools, p.name) }

// install installs the peers that the experiments need. What cannot be had is
// returned by name, with a sentence that says so; why is for the terminal.
func install(ctx context.Context, chosen []experiment) map[string]string {
	absent := map[string]string{}
	for _, p := range peers {
		if !needed(p, chosen) {
			continue
		}
		if err := p.install(ctx); err != nil {
			absent[p.name] = p.name + " could not be installed, so it was left out."
			fmt.Fprintln(os.Stderr, absent[p.name], err)
		}
	}
	return absent
}

func needed(p peer, chosen []experiment) bool {
	for _, e := range chosen {
		for _, c := range e.contenders {
			if c.peer == p.name {
				return true
			}
		}
	}
	return false
}

func (p peer) install(ctx context.Context) error {
	if p.version != "" && p.installed() == p.version {
		return nil
	}
	fmt.Fprintln(os.Stderr, "installing", p.name, p.version)
	bin, err := filepath.Abs(tools)
	if err != nil {
		return err
	}
	target := p.source
	if p.version != "" {
		target += "@" + p.version
	}
	command := exec.CommandContext(ctx, "go", "-C", "bench", "install", target)
	command.Env = append(os.Environ(), "GOBIN="+bin)
	if output, err := command.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return nil
}

// installed is the version of the peer in its program, "" if there is none.
func (p peer) installed() string {
	info, err := buildinfo.ReadFile(p.program())
	if err != nil {
		return ""
	}
	for _, module := range append(info.Deps, &info.Main) {
		if module.Path == p.module {
			return module.Version
		}
	}
	return ""
}
