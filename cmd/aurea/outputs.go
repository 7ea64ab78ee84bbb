package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/report"
)

// An output is a form to write, and the file that it goes to; "" and - are
// standard output.
type output struct {
	form string
	file string
}

// outputFlag is -o, which may be repeated: FORM or FORM=FILE.
type outputFlag struct {
	given []string
}

// addFlag declares -o. what is what the forms are of.
func (f *outputFlag) addFlag(flags *pflag.FlagSet, what string, forms []string) {
	flags.StringArrayVarP(&f.given, "output", "o", nil, "`FORM[=FILE]` of the "+what+"; repeatable. FORM is "+
		strings.Join(forms, ", ")+"; without -o it is text, without FILE it goes to standard output")
	annotate(flags, "output", formsAnnotation, forms...)
}

// outputs returns the outputs that -o asks for. It returns a usage error for two
// outputs at one place, and for a file that cannot be written, so that no run is
// measured in vain.
func (f *outputFlag) outputs() ([]output, error) {
	if len(f.given) == 0 {
		return []output{{form: "text"}}, nil
	}
	var outputs []output
	places := map[string]output{}
	for _, text := range f.given {
		o := output{}
		var named bool
		if o.form, o.file, named = strings.Cut(text, "="); o.file == "-" {
			o.file, named = "", false
		}
		if named && o.file == "" {
			return nil, usageErrorf("-o %s names no file; write -o %sFILE, or -o %s for standard output",
				text, text, o.form)
		}
		place, err := o.place()
		if err != nil {
			return nil, usageErrorf("-o %s cannot be written: %w", text, err)
		}
		if other, taken := places[place]; taken {
			return nil, samePlaceError(other, o)
		}
		places[place] = o
		outputs = append(outputs, o)
	}
	return outputs, nil
}

// place returns where an output goes, the same for two names of one file. It
// returns an error for a file that cannot be written.
func (o output) place() (string, error) {
	if o.file == "" {
		return "", nil
	}
	target, err := newFileTarget(o.file)
	if err != nil {
		return "", err
	}
	return target.path, target.probe()
}

// options returns the options of a report for an output. of are those of
// standard output.
func (o output) options(of report.Options) report.Options {
	if o.file != "" {
		of.Width, of.Color = 0, false
	}
	return of
}

func samePlaceError(one, other output) error {
	if other.file != "" {
		return usageErrorf("-o %s and -o %s go to the same file %s; name two", one.form, other.form, other.file)
	}
	return usageErrorf("-o %s and -o %s both go to standard output; write one to a file, such as -o %s=FILE",
		one.form, other.form, other.form)
}

// writeOutputs calls write for every output. After an error it goes on with the
// others, and returns all errors.
func writeOutputs(outputs []output, stdout io.Writer, write func(o output, w io.Writer) error) error {
	var errs []error
	for _, o := range outputs {
		if o.file == "" {
			if err := write(o, stdout); err != nil {
				errs = append(errs, err)
			}
			continue
		}
		if err := writeFile(o.file, func(w io.Writer) error { return write(o, w) }); err != nil {
			errs = append(errs, fmt.Errorf("%s to %s: %w", o.form, o.file, err))
		}
	}
	return errors.Join(errs...)
}
