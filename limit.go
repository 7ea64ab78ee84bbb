package aurea

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A unit is the unit of a metric's values. It decides how a limit is written.
type unit int

const (
	plain     unit = iota // a number
	perSecond             // jobs a second, a number
	money                 // in the currency of the price, a number
	seconds               // a duration: 250ms
	share                 // a number from 0 to 1, or a percentage: 0.01, 1%
)

// units is the table of units: the name, as in a comparison, and what a limit must
// be.
var units = [...]struct{ name, limit string }{
	plain:     {"", "a number"},
	perSecond: {"jobs_per_second", "a number"},
	money:     {"money", "a number"},
	seconds:   {"seconds", `a duration such as "250ms"`},
	share:     {"share", `a share from 0 to 1, such as "1%" or 0.01`},
}

// parseLimit parses a limit and returns it in the metric's base unit. It returns
// the float64 nearest to the decimal in the text. A metric's value is also the
// nearest to the exact one, so equal decimals compare as equal.
func parseLimit(text string, u unit) (float64, bool) {
	var value float64
	var err error
	switch {
	case u == share:
		return ParseShare(text)
	case u == seconds && strings.ContainsAny(text, "nuµmsh"):
		var d time.Duration
		d, err = time.ParseDuration(text)
		value = d.Seconds()
	default:
		value, err = strconv.ParseFloat(text, 64)
	}
	return value, err == nil && isFinite(value)
}

// ParseShare reads a share as a number or a percentage: "0.01" and "1%" are the
// same. It reports whether the text is a finite number; the caller checks the
// range.
func ParseShare(text string) (float64, bool) {
	var value float64
	var err error
	if number, percentage := strings.CutSuffix(text, "%"); percentage {
		value, err = parsePercentage(number)
	} else {
		value, err = strconv.ParseFloat(text, 64)
	}
	return value, err == nil && isFinite(value)
}

func isFinite(value float64) bool { return !math.IsNaN(value) && !math.IsInf(value, 0) }

// parsePercentage returns a percentage as a share. It moves the decimal point in
// the text, because a division by 100 would round a second time.
func parsePercentage(number string) (float64, error) {
	digits, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	power, err := strconv.Atoi(cmp.Or(exponent, "0"))
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(fmt.Sprintf("%se%d", digits, power-2), 64)
}

// checkLimit rejects limits that can be parsed and are hardly what was meant. It
// is not applied to stored specs, which keep their meaning.
func (t Threshold) checkLimit(text string) error {
	m, _ := lookup(t.metric)
	_, statistic := distribution(t.metric)
	switch {
	case looksAboveHundred(statistic):
		return percentileError(t.metric)
	case t.limit < 0:
		return fmt.Errorf("%s is never negative; got the limit %s", t.metric, param.Describe(text))
	case m.unit == share && t.limit > 1:
		return fmt.Errorf("%s: the limit must be %s; got %s%s",
			t.metric, units[share].limit, param.Describe(text), percentHint(text))
	case m.unit == seconds && t.limit != 0 && !strings.ContainsAny(text, "nuµmsh"):
		return fmt.Errorf("%s: the limit %s has no unit; %s", t.metric, param.Describe(text), unitHint(text))
	}
	return nil
}

// percentHint suggests a percentage for a number above 1.
func percentHint(text string) string {
	if value, err := strconv.ParseFloat(text, 64); err != nil || value > 100 {
		return ""
	}
	return "; did you mean " + text + "%?"
}

// unitHint suggests units for a number without one.
func unitHint(number string) string {
	if strings.Trim(number, ".0123456789") != "" { // not a plain number
		return "write it as 250ms or 1.5s"
	}
	return fmt.Sprintf("did you mean %sms or %ss?", number, number)
}
