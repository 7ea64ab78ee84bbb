package template

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Fields lists the fields, for error messages and documentation.
const Fields = "{{job}}, {{user}}, {{seed}}, {{uuid}}, {{int FROM TO}}, {{float FROM TO}}, " +
	"{{hex DIGITS}}, {{choice WORD WORD …}}, {{timestamp}}, {{base64 TEXT}}, {{base64url TEXT}}, {{sha256 TEXT}}, " +
	"{{sha256_base64 TEXT}}, {{hmac_sha256 KEY TEXT}} and {{hmac_sha256_base64 KEY TEXT}}"

// names are the words that fields begin with.
var names = []string{"job", "seed", "uuid", "int", "float", "hex", "choice", "timestamp", "raw"}

// Reserved reports whether fields begin with a name, so that nothing else may
// have it. users is whether users do the jobs.
func Reserved(name string, users bool) bool {
	return slices.Contains(names, name) || isFunction(name) || users && name == userName
}

// field returns what appends the value of a field.
func (p *Parser) field(words []string) (filler, error) {
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	draws := aurea.NewStream(p.Seed, aurea.StreamFields+2*p.fields)
	more := aurea.NewStream(p.Seed, aurea.StreamFields+2*p.fields+1)
	p.fields++
	arguments := words[min(1, len(words)):]
	switch {
	case name == "job" && len(arguments) == 0:
		return func(line []byte, in Input) []byte { return strconv.AppendInt(line, in.Job, 10) }, nil
	case name == "seed" && len(arguments) == 0:
		seed := strconv.FormatUint(p.Seed, 10)
		return func(line []byte, _ Input) []byte { return append(line, seed...) }, nil
	case name == "uuid" && len(arguments) == 0:
		return func(line []byte, in Input) []byte {
			return appendUUID(line, draws.Bits(in.Job), more.Bits(in.Job))
		}, nil
	case name == "int" && len(arguments) == 2:
		return intField(arguments, draws)
	case name == "float" && len(arguments) == 2:
		return floatField(arguments, draws)
	case name == "hex" && len(arguments) == 1:
		return hexField(arguments[0], draws)
	case name == "choice" && len(arguments) > 0:
		return func(line []byte, in Input) []byte {
			return append(line, arguments[below(draws.Bits(in.Job), uint64(len(arguments)))]...)
		}, nil
	}
	if name == "timestamp" && len(arguments) < 2 {
		return p.timestampField(cmp.Or(strings.Join(arguments, ""), "s"))
	}
	if column, ok := strings.CutPrefix(strings.Join(words, " "), dataPrefix); ok {
		return p.dataField(column)
	}
	if index := slices.Index(p.Captured, name); index >= 0 && len(words) == 1 {
		return func(line []byte, in Input) []byte { return append(line, in.captured(index)...) }, nil
	}
	if name == userName && len(words) == 1 {
		return p.userField()
	}
	return nil, p.unknown(words)
}

// unknown returns the error for a field that does not exist.
func (p *Parser) unknown(words []string) error {
	text := strings.Join(words, " ")
	if p.Captured == nil {
		return fmt.Errorf("has {{%s}}, which is not a field; there are %s", text, Fields)
	}
	message := fmt.Sprintf("has {{%s}}, which is not a field, and which no earlier step captures", text)
	if near := param.Closest(text, p.Captured); near != "" {
		return fmt.Errorf("%s; did you mean {{%s}}?", message, near)
	}
	if len(p.Captured) > 0 {
		message += "; captured are " + strings.Join(p.Captured, ", ")
	}
	return fmt.Errorf("%s; there are %s", message, Fields)
}

// below returns a number from 0 to n-1, given 64 random bits (Lemire, "Fast
// random integer generation in an interval", 2019). Without the rejection step
// the bias is less than n in 2^64.
func below(random, n uint64) uint64 {
	high, _ := bits.Mul64(random, n)
	return high
}

func intField(limits []string, draws aurea.Stream) (filler, error) {
	from, err := strconv.ParseInt(limits[0], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers", strings.Join(limits, " "))
	}
	to, err := strconv.ParseInt(limits[1], 10, 64)
	if err != nil || to < from || uint64(to)-uint64(from) == math.MaxUint64 {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers, the first no larger than the second",
			strings.Join(limits, " "))
	}
	n := uint64(to) - uint64(from) + 1
	return func(line []byte, in Input) []byte {
		return strconv.AppendInt(line, int64(uint64(from)+below(draws.Bits(in.Job), n)), 10)
	}, nil
}

func floatField(limits []string, draws aurea.Stream) (filler, error) {
	from, err := strconv.ParseFloat(limits[0], 64)
	to, err2 := strconv.ParseFloat(limits[1], 64)
	if err != nil || err2 != nil || !(from <= to) || math.IsInf(to-from, 0) {
		return nil, fmt.Errorf("has {{float %s}}: both must be numbers, the first no larger than the second",
			strings.Join(limits, " "))
	}
	return func(line []byte, in Input) []byte {
		return strconv.AppendFloat(line, from+(to-from)*draws.Uniform(in.Job), 'f', -1, 64)
	}, nil
}

// maxHex is how many digits 64 random bits give.
const maxHex = 16

func hexField(digits string, draws aurea.Stream) (filler, error) {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxHex {
		return nil, fmt.Errorf("has {{hex %s}}: the digits must be 1 to %d", digits, maxHex)
	}
	return func(line []byte, in Input) []byte {
		return fmt.Appendf(line, "%0*x", n, draws.Bits(in.Job)>>(64-4*n))
	}, nil
}

// appendUUID appends a UUID of version 4 (RFC 9562, 5.4).
func appendUUID(line []byte, high, low uint64) []byte {
	high = high&^(0xf<<12) | 4<<12
	low = low&^(3<<62) | 2<<62
	return fmt.Appendf(line, "%08x-%04x-%04x-%04x-%012x",
		high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}
