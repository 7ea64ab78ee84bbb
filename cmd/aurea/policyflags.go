package main

import (
	"encoding/json"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// hostFlags are the flags that say what jobs may do to this machine.
type hostFlags struct {
	commands     string
	memory, disk size
	processes    int64
	connections  int64
	targets      []string
	scratch      string
}

// addTo declares all of them. elsewhere is where disk jobs write without
// --scratch, in words.
func (h *hostFlags) addTo(flags *pflag.FlagSet, elsewhere string) {
	h.addCommandsTo(flags)
	flags.Var(&h.memory, "max-memory", "most memory that all jobs in flight may take together, a `SIZE` such as 2GB or 512MiB; requests to the service may take half as much (default half of what is available)")
	flags.Var(&h.disk, "max-disk", "most that all disk jobs in flight may write together, a `SIZE`; never more than there is room for (default 10GiB)")
	flags.Int64Var(&h.processes, "max-processes", 0, "most programs that exec jobs may run at once (default 256)")
	flags.Int64Var(&h.connections, "max-connections", 0, "most connections that http jobs may hold at once (default 10000)")
	flags.StringVar(&h.scratch, "scratch", "", "`directory` whose disk the disk jobs use (default "+elsewhere+")")
}

// addTargetsTo declares the one that decides whom http jobs may call.
func (h *hostFlags) addTargetsTo(flags *pflag.FlagSet) {
	flags.StringArrayVar(&h.targets, "allow-target", nil, "whom http jobs may call in place of this machine alone: a `HOST`, address or network, each with or without a port; repeatable (see docs/security.md)")
}

// addCommandsTo declares the one that decides which kinds there are.
func (h *hostFlags) addCommandsTo(flags *pflag.FlagSet) {
	flags.StringVar(&h.commands, "exec-commands", "", "`file` of the programs that exec jobs may run, YAML or JSON; without it they run none (see docs/workloads.md)")
}

// host is what the flags say. dir is where disk jobs write without --scratch.
func (h *hostFlags) host(dir string) (workload.Host, error) {
	if h.processes < 0 {
		return workload.Host{}, usageErrorf("--max-processes must be at least 1; got %d", h.processes)
	}
	if h.connections < 0 {
		return workload.Host{}, usageErrorf("--max-connections must be at least 1; got %d", h.connections)
	}
	targets, err := egress.ParseAllowlist(h.targets)
	if err != nil {
		return workload.Host{}, usageErrorf("--allow-target: %v", err)
	}
	if h.scratch != "" {
		dir = h.scratch
	}
	host := workload.Host{
		Targets:        targets,
		MaxConnections: h.connections,
		MaxMemory:      int64(h.memory),
		MaxDisk:        int64(h.disk),
		MaxProcesses:   h.processes,
		Dir:            dir,
	}
	if h.commands == "" {
		return host, nil
	}
	host.Commands, err = readCommands(h.commands)
	return host, err
}

// readCommands reads the operator's list of programs. An error names the line.
func readCommands(file string) (map[string]workload.Command, error) {
	content, err := readFile(file, nil, maxSpecFile)
	if err != nil {
		return nil, usageErrorf("--exec-commands: %v", err)
	}
	list, err := parseSpecFile(file, content)
	if err != nil {
		return nil, usageErrorf("--exec-commands: %v", err)
	}
	encoded, err := json.Marshal(list.fields)
	if err != nil {
		return nil, usageErrorf("--exec-commands: %s: %v", file, err)
	}
	commands, err := workload.ParseCommands(encoded)
	return commands, list.locate(err)
}
