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
	name    string // also the name of its program
	module  string
	version string // "" for a library that is pinned in bench/go.mod and called by a program of this module
	source  string // the package of the program, in its module or this one
}

// peers are all peers with their pinned versions.
var peers = []peer{
	{name: "k6", module: "go.k6.io/k6", version: "v1.8.1", source: "go.k6.io/k6"},
	{name: "hey", module: "github.com/rakyll/hey", version: "v0.1.5", source: "github.com/rakyll/hey"},
	{name: "vegeta", module: "github.com/tsenart/vegeta/v12", version: "v12.13.0",
		source: "github.com/tsenart/vegeta/v12"},
	{name: "ghz", module: "github.com/bojand/ghz", version: "v0.93.0", source: "github.com/bojand/ghz/cmd/ghz"},
	{name: "fortio", module: "fortio.org/fortio", source: "./fortio"},
}

// tools is the folder of installed peers, relative to the repository's root.
var tools = filepath.Join(".tools", "peers")

func (p peer) program() string { return filepath.Join(tools, p.name) }

// install installs the peers that the experiments need. It returns a sentence
// about each peer that it could not install, and prints the reasons.
func install(ctx context.Context, chosen []experiment) map[string]string {
	absent := map[string]string{}
	for _, p := range peers {
		if !isNeeded(p, chosen) {
			continue
		}
		if err := p.install(ctx); err != nil {
			absent[p.name] = p.name + " could not be installed, so it was left out."
			fmt.Fprintln(os.Stderr, absent[p.name], err)
		}
	}
	return absent
}

func isNeeded(p peer, chosen []experiment) bool {
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

// installed returns the version in the peer's program, or "".
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
