package main

import (
	"cmp"
	"encoding/json"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/execjob"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// policyFlags are the flags that limit what jobs may do on this machine.
type policyFlags struct {
	commands     string
	memory, disk byteSize
	processes    int64
	connections  int64
	targets      []string
	scratch      string
	files        string // a directory
}

// addFlags declares all flags but --allow-target. defaultScratch describes
// where disk jobs write without --scratch.
func (p *policyFlags) addFlags(flags *pflag.FlagSet, defaultScratch string) {
	p.addCommandsFlag(flags)
	flags.Var(&p.memory, "max-memory", "most memory that all jobs in flight may take together, a `SIZE` such as 2GB or "+
		"512MiB; requests to the service may take half as much (default half of what is available)")
	flags.Var(&p.disk, "max-disk", "most bytes that all disk jobs in flight may write together, a `SIZE`; "+
		"never more than the free space (default 10GiB)")
	flags.Int64Var(&p.processes, "max-processes", 0, "most programs that exec jobs may run at once (default 256)")
	flags.Int64Var(&p.connections, "max-connections", 0,
		"most connections that http or grpc jobs may hold at once (default 10000)")
	flags.StringVar(&p.scratch, "scratch", "", "`directory` in which disk jobs write (default "+defaultScratch+")")
	annotatePlace(flags, onMachine, "exec-commands", "max-memory", "max-disk", "max-processes", "max-connections",
		"scratch")
}

// addTargetFlag declares the flags for what specs may reach beyond this process:
// the targets of http and grpc jobs, and files.
func (p *policyFlags) addTargetFlag(flags *pflag.FlagSet) {
	flags.StringArrayVar(&p.targets, "allow-target", nil, "target that http and grpc jobs may call instead of this "+
		"machine only: a `HOST`, address or network, each with or without a port, or unix:PATH; repeatable "+
		"(see docs/security.md)")
	flags.StringVar(&p.files, "files", "", "`directory` of the files that specs may name, such as data or the body of "+
		"a request; without it there are none (see docs/security.md)")
}

// addCommandsFlag declares the flag for the programs of exec jobs. Without it
// there is no kind exec.
func (p *policyFlags) addCommandsFlag(flags *pflag.FlagSet) {
	flags.StringVar(&p.commands, "exec-commands", "", "`file` of the programs that exec jobs may run, YAML or JSON; "+
		"without it exec jobs are refused (see docs/workloads.md)")
}

// options checks the flags. dir is where disk jobs write without --scratch.
func (p *policyFlags) options(dir string) (o kinds.Options, err error) {
	if p.processes < 0 {
		return o, usageErrorf("--max-processes must be at least 1; got %d", p.processes)
	}
	if p.connections < 0 {
		return o, usageErrorf("--max-connections must be at least 1; got %d", p.connections)
	}
	if o.Targets, err = egress.ParseAllowlist(p.targets); err != nil {
		return o, usageErrorf("--allow-target: %v", err)
	}
	var named files.Source
	if p.files != "" {
		if named, err = files.In(p.files); err != nil {
			return o, usageErrorf("--files: %v", err)
		}
	}
	o.Policy = workload.Policy{
		MaxConnections: p.connections,
		MaxMemory:      int64(p.memory),
		MaxDisk:        int64(p.disk),
		MaxProcesses:   p.processes,
		Dir:            cmp.Or(p.scratch, dir),
		Files:          named,
	}
	if p.commands != "" {
		o.Commands, err = readCommands(p.commands)
	}
	return o, err
}

// localOptions checks the flags for runs on this machine. The user could call any
// target and read any file just as well. directory is what names of files are
// relative to.
func (p *policyFlags) localOptions(directory string) (kinds.Options, error) {
	o, err := p.options(".")
	o.Targets, o.Files = egress.AllowAll(), files.Under(directory)
	return o, err
}

// readCommands reads the list of programs that exec jobs may run. Errors name
// the line.
func readCommands(file string) (map[string]execjob.Command, error) {
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
	commands, err := execjob.ParseCommands(encoded)
	return commands, list.locate(err)
}
