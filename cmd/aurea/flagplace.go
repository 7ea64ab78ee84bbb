package main

import (
	"github.com/spf13/pflag"
)

// placeAnnotation is the annotation of a flag that applies to one place only:
// atServer or onMachine.
const placeAnnotation = "place"

const (
	atServer  = "server"
	onMachine = "machine"
)

// annotatePlace says of flags that they apply to one place only.
func annotatePlace(flags *pflag.FlagSet, place string, names ...string) {
	for _, name := range names {
		annotate(flags, name, placeAnnotation, place)
	}
}

// typed reports whether a flag is on the command line. Variables are for every
// command, so one that does not apply is no mistake.
func typed(flag *pflag.Flag) bool { return flag.Changed && variableOf(flag) == "" }

// rejectMisplacedFlags returns an error for a flag on the command line that does
// not apply to where the command does its work.
func rejectMisplacedFlags(flags *pflag.FlagSet) (err error) {
	server := flags.Lookup("server")
	if server == nil {
		return nil
	}
	flags.Visit(func(flag *pflag.Flag) {
		place := flag.Annotations[placeAnnotation]
		if len(place) == 0 || err != nil || !typed(flag) {
			return
		}
		switch remote := server.Value.String() != ""; {
		case place[0] == atServer && !remote:
			err = usageErrorf("--%s is about a server, and there is none; add --server URL", flag.Name)
		case place[0] == onMachine && remote:
			err = usageErrorf("--%s is about this machine, and %s selects a server; leave one of them out",
				flag.Name, flagOrigin(server))
		}
	})
	return err
}
