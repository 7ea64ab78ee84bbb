package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// formsAnnotation is the annotation of a flag with the values that it takes.
const formsAnnotation = "forms"

// rejectUnknownForms returns an error for a flag whose value is none of its
// forms, before the command does anything.
func rejectUnknownForms(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		forms := flag.Annotations[formsAnnotation]
		if len(forms) == 0 || err != nil {
			return
		}
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			form, _, _ := strings.Cut(value, "=") // FORM=FILE
			if !slices.Contains(forms, form) {
				err = oneOfError(spelling(flag), form, forms)
				return
			}
		}
	})
	return err
}

// spelling returns how users write a flag: the short way, if there is one.
func spelling(flag *pflag.Flag) string {
	if flag.Shorthand != "" {
		return "-" + flag.Shorthand
	}
	return "--" + flag.Name
}
