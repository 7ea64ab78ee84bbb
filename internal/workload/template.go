package workload

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A template is a text with fields that each job fills in: {{job}}, {{uuid}},
// {{int 1 100}}, or {{raw choice a/b c/d}} where a URL must not have it escaped.
// What a job fills in is a pure function of the seed, the job's number, and the
// field's place. {{{{ stands for {{ itself.
type template struct {
	parts []part
}

// A part is a piece of text, or what a field fills in.
type part struct {
	text string
	fill func(line []byte, job int64) []byte // instead of the text
	raw  bool                                // never escaped
}

// A templates makes templates that share a seed: no two of their fields draw the
// same.
type templates struct {
	seed   uint64
	fields uint64
}

// parse reads a template. The error says which field is wrong, and what there is.
func (t *templates) parse(text string) (template, error) {
	var parsed template
	for {
		before, rest, found := strings.Cut(text, "{{")
		if parsed.add(before); !found {
			return parsed, nil
		}
		if after, escaped := strings.CutPrefix(rest, "{{"); escaped {
			parsed.add("{{")
			text = after
			continue
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return parsed, fmt.Errorf("has {{ without }}; write {{{{ for two braces")
		}
		words := strings.Fields(name)
		raw := len(words) > 1 && words[0] == "raw"
		if raw {
			words = words[1:]
		}
		fill, err := t.field(words)
		if err != nil {
			return parsed, err
		}
		parsed.parts = append(parsed.parts, part{fill: fill, raw: raw})
		text = after
	}
}

func (t *template) add(text string) {
	if text != "" {
		t.parts = append(t.parts, part{text: text})
	}
}

// fixed reports whether all jobs fill in the same.
func (t template) fixed() bool {
	return !slices.ContainsFunc(t.parts, func(p part) bool { return p.fill != nil })
}

// render is the text as the job has it. escape is applied to what fields fill in
// that are not raw, unless it is nil.
func (t template) render(job int64, escape func(string) string) string {
	var line []byte
	for _, p := range t.parts {
		switch {
		case p.fill == nil:
			line = append(line, p.text...)
		case escape == nil || p.raw:
			line = p.fill(line, job)
		default:
			line = append(line, escape(string(p.fill(nil, job)))...)
		}
	}
	return string(line)
}

// knownFields is how fields are written, for whoever wrote one wrong.
const knownFields = "{{job}}, {{seed}}, {{uuid}}, {{int FROM TO}}, {{float FROM TO}}, {{hex DIGITS}} and {{choice WORD WORD …}}"

// field makes what fills a field in.
func (t *templates) field(words []string) (func(line []byte, job int64) []byte, error) {
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	draws := aurea.NewStream(t.seed, aurea.StreamFields+2*t.fields)
	more := aurea.NewStream(t.seed, aurea.StreamFields+2*t.fields+1)
	t.fields++
	arguments := words[min(1, len(words)):]
	switch {
	case name == "job" && len(arguments) == 0:
		return func(line []byte, job int64) []byte { return strconv.AppendInt(line, job, 10) }, nil
	case name == "seed" && len(arguments) == 0:
		seed := strconv.FormatUint(t.seed, 10)
		return func(line []byte, _ int64) []byte { return append(line, seed...) }, nil
	case name == "uuid" && len(arguments) == 0:
		return func(line []byte, job int64) []byte { return appendUUID(line, draws.Bits(job), more.Bits(job)) }, nil
	case name == "int" && len(arguments) == 2:
		return intField(arguments, draws)
	case name == "float" && len(arguments) == 2:
		return floatField(arguments, draws)
	case name == "hex" && len(arguments) == 1:
		return hexField(arguments[0], draws)
	case name == "choice" && len(arguments) > 0:
		return func(line []byte, job int64) []byte {
			return append(line, arguments[below(draws.Bits(job), uint64(len(arguments)))]...)
		}, nil
	}
	return nil, fmt.Errorf("has {{%s}}, which is not a field; there are %s", strings.Join(words, " "), knownFields)
}

// below is a number from 0 to n-1 from 64 random bits (Lemire, "Fast random
// integer generation in an interval", 2019; without the rejection, whose bias is
// below n in 2^64).
func below(random, n uint64) uint64 {
	high, _ := bits.Mul64(random, n)
	return high
}

func intField(limits []string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	from, err := strconv.ParseInt(limits[0], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers", strings.Join(limits, " "))
	}
	to, err := strconv.ParseInt(limits[1], 10, 64)
	if err != nil || to < from || uint64(to)-uint64(from) == math.MaxUint64 {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers, the first no larger than the second", strings.Join(limits, " "))
	}
	n := uint64(to) - uint64(from) + 1
	return func(line []byte, job int64) []byte {
		return strconv.AppendInt(line, int64(uint64(from)+below(draws.Bits(job), n)), 10)
	}, nil
}

func floatField(limits []string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	from, err := strconv.ParseFloat(limits[0], 64)
	to, err2 := strconv.ParseFloat(limits[1], 64)
	if err != nil || err2 != nil || !(from <= to) || math.IsInf(to-from, 0) {
		return nil, fmt.Errorf("has {{float %s}}: both must be numbers, the first no larger than the second", strings.Join(limits, " "))
	}
	return func(line []byte, job int64) []byte {
		return strconv.AppendFloat(line, from+(to-from)*draws.Uniform(job), 'f', -1, 64)
	}, nil
}

// mostHex is how many digits 64 random bits give.
const mostHex = 16

func hexField(digits string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > mostHex {
		return nil, fmt.Errorf("has {{hex %s}}: the digits must be 1 to %d", digits, mostHex)
	}
	return func(line []byte, job int64) []byte {
		return fmt.Appendf(line, "%0*x", n, draws.Bits(job)>>(64-4*n))
	}, nil
}

// appendUUID writes a UUID of version 4 (RFC 9562, 5.4).
func appendUUID(line []byte, high, low uint64) []byte {
	high = high&^(0xf<<12) | 4<<12
	low = low&^(3<<62) | 2<<62
	return fmt.Appendf(line, "%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}
