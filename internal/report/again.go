package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// again returns the lines of the command that repeats a run: the same spec with
// the same seed. A shell reads the lines as one command. A spec that flags
// cannot give, or not in a word that a terminal shows as it is, is named by SPEC,
// for its file.
func again(r *aurea.Result, width int) []string {
	words, ok := specFlags(r.Spec)
	if !ok || slices.ContainsFunc(words, func(word string) bool { return format.Sanitize(word) != word }) {
		words = commandLine{"SPEC"}
	}
	words.add("seed", true, strconv.FormatUint(r.Seed, 10))
	line := "aurea run"
	var lines []string
	for _, word := range words {
		if utf8.RuneCountInString(line+" "+word+` \`) > width {
			lines = append(lines, line+` \`)
			line = " "
		}
		line += " " + word
	}
	return append(lines, line)
}

// specFlags returns the flags that give the spec; false if it has a member
// without a flag.
func specFlags(s aurea.Spec) (line commandLine, ok bool) {
	if !line.addWorkload(s) {
		return nil, false
	}
	line.add("jobs", s.NumJobs > 0, strconv.FormatInt(s.NumJobs, 10))
	line.add("concurrency", s.Concurrency > 0, strconv.FormatInt(s.Concurrency, 10))
	line.add("rate", s.Rate > 0, strconv.FormatFloat(s.Rate, 'f', -1, 64))
	line.add("arrival", s.Arrival != "", s.Arrival)
	line.add("on-saturation", s.OnSaturation != "", s.OnSaturation)
	line.add("duration", s.Duration > 0, s.Duration.String())
	line.add("warmup", s.Warmup > 0, s.Warmup.String())
	line.add("timeout", s.Timeout > 0, s.Timeout.String())
	for _, threshold := range s.Thresholds {
		line.add("threshold", true, thresholdArgument(threshold))
	}
	line.add("sample", s.Sample > 0, strconv.FormatInt(s.Sample, 10))
	line.add("workers", s.Workers != nil, placementArgument(s.Workers))
	line.add("max-lost-fraction", s.MaxLostFraction > 0, strconv.FormatFloat(s.MaxLostFraction, 'f', -1, 64))
	line.add("name", s.Name != "", s.Name)
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		line.add("label", true, key+"="+s.Labels[key])
	}
	withoutFlags := len(s.Stages) > 0 || s.Pricing != nil || s.Data != nil || s.Users > 0 || len(s.Scenarios) > 0 ||
		s.Replay != nil
	return line, !withoutFlags
}

// placementArgument returns the value of --workers for a placement; "" for nil.
func placementArgument(p *aurea.Placement) string {
	switch {
	case p == nil:
		return ""
	case p.Word != "":
		return p.Word
	case p.Selection == nil:
		return strconv.FormatInt(p.Count, 10)
	}
	document, _ := json.Marshal(p) // numbers and strings always encode
	return string(document)
}

// thresholdArgument returns the text of a threshold, with its abort.
func thresholdArgument(t aurea.Threshold) string {
	text := t.Expression
	if t.AbortOnFail {
		text += " abort"
	}
	if t.After > 0 {
		text += " after " + t.After.String()
	}
	return text
}

// A commandLine is the arguments of a command, each with its flag.
type commandLine []string

// add adds a flag with its value, if it is given.
func (l *commandLine) add(flag string, given bool, value string) {
	if given {
		*l = append(*l, fmt.Sprintf("--%s %s", flag, quote(value)))
	}
}

// addWorkload adds what a job does. It returns false for parameters that are
// lists or objects, which belong in a file.
func (l *commandLine) addWorkload(s aurea.Spec) bool {
	if s.Workload == nil {
		if s.JobDurationMS != nil {
			l.add("job-duration", true, strconv.FormatFloat(*s.JobDurationMS, 'f', -1, 64)+"ms")
		}
		return true
	}
	parameters := maps.Clone(s.Workload.Parameters)
	if s.Workload.Kind != "http" {
		l.add("workload", true, s.Workload.Kind)
		return l.addParameters("", parameters)
	}
	if url, isText := parameters["url"].(string); isText && isURL().MatchString(url) && keepsLoad(s) {
		*l = append(*l, quote(url))
		delete(parameters, "url")
	} else {
		l.add("workload", true, s.Workload.Kind)
	}
	return l.addRequest(parameters) && l.addParameters("", parameters)
}

// URLInFlight is how many jobs the command has in flight when it is given a URL and
// nothing that limits them, if there are more jobs than that.
const URLInFlight = 50

// keepsLoad reports whether the command adds nothing to the load of a spec that it
// is given as a URL.
func keepsLoad(s aurea.Spec) bool {
	return s.Concurrency > 0 || s.Rate > 0 || 0 < s.NumJobs && s.NumJobs <= URLInFlight
}

// addParameters adds parameters, whose names get a prefix, and the members of
// objects such as headers. It returns false for those that flags cannot give.
func (l *commandLine) addParameters(prefix string, parameters map[string]any) bool {
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if prefix != "" && strings.Contains(name, ".") {
			return false // a dot would begin the name of a member
		}
		switch value := parameters[name].(type) {
		case string:
			if strings.ContainsAny(value[:min(1, len(value))], "@{[") || unknown(value) {
				return false // the command would read a file or JSON
			}
			l.add("param", true, prefix+name+"="+value)
		case json.Number, bool:
			l.add("param", true, fmt.Sprintf("%s%s=%v", prefix, name, value))
		case map[string]any:
			if prefix != "" || !l.addParameters(name+".", value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// unknown reports whether a text has a secret that is not kept.
func unknown(text string) bool { return strings.Contains(text, aurea.Masked) }

// isURL matches what the command takes for a URL in place of a file.
var isURL = lazyregexp.New(`^https?://`)

// plainWord matches words that a shell takes as they are.
var plainWord = lazyregexp.New(`^[\w@%+=:,./-]+$`)

// quote quotes a word for a shell, if it needs that.
func quote(word string) string {
	if plainWord().MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
