package main

import (
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/param"
)

// addRepeatFlags declares the flags of a spec's repeat, for the commands that make
// several runs of one.
func addRepeatFlags(flags *pflag.FlagSet) {
	flags.String("repeat", "", fieldDocs()["repeat"])
	flags.String("cooldown", "", "wait between the runs of --repeat, such as 2s")
}

// applyRepeat sets the repeat that a layer gives. A number and a cooldown each
// leave the other one of the file as it is. Commands without --repeat may have a
// --cooldown of their own.
func (d *specDocument) applyRepeat(l layer) error {
	if l.flags.Lookup("repeat") == nil {
		return nil
	}
	if flag := l.flag("repeat"); flag != nil && !d.keepsField("repeat", l) {
		value := parseParam(param.OneOf, flag.Value.String())
		if before, ok := d.fields["repeat"].(map[string]any); ok {
			if _, isObject := value.(map[string]any); !isObject {
				before["times"] = value
				value = before
			}
		}
		d.setField("repeat", flagOrigin(flag), value)
	}
	flag := l.flag("cooldown")
	if flag == nil {
		return nil
	}
	repeat, isObject := d.fields["repeat"].(map[string]any)
	switch {
	case !d.has("repeat") && l.fromEnvironment:
		return nil
	case !d.has("repeat"):
		return usageErrorf("%s is the wait between runs and needs --repeat", flagOrigin(flag))
	case !isObject:
		repeat = map[string]any{"times": d.fields["repeat"]}
		d.fields["repeat"] = repeat
	}
	if _, given := repeat["cooldown"]; !given || !l.fromEnvironment {
		repeat["cooldown"] = flag.Value.String()
		d.origins["repeat.cooldown"] = flagOrigin(flag)
	}
	return nil
}
