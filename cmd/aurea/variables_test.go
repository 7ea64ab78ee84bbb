package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Variables stand anywhere in a value of a file. What the spec wants there, or
// how the file writes it, decides whether the value is a text.
func TestVariables(t *testing.T) {
	t.Setenv("T_TARGET", "http://127.0.0.1:1")
	t.Setenv("T_N", "7")
	t.Setenv("T_EMPTY", "")
	for _, test := range []struct{ file, want string }{
		{"num_jobs: ${T_N}\nname: ${T_N}\njob_duration_ms: ${T_NONE:-1.5}",
			`{"num_jobs":7,"job_duration_ms":1.5,"name":"7","include_jobs":false}`},
		{"num_jobs: '${T_EMPTY:-1}0'\nlabels: {a: 'x${T_N}y${T_NONE:-}'}\ninclude_jobs: ${T_NONE:-true}",
			`{"num_jobs":10,"labels":{"a":"x7y"},"include_jobs":true}`},
		{`{"num_jobs": "${T_N}", "name": "$${T_N} $$${T_N} $T_N"}`,
			`{"num_jobs":7,"name":"${T_N} $${T_N} $T_N","include_jobs":false}`},
		{"num_jobs: 1\nworkload:\n  kind: http\n  url: ${T_TARGET}/x\n  body:\n    a: ${T_N}\n    b: '${T_N}'\n    c: '${T_NONE:-a: b}'",
			`{"num_jobs":1,"workload":{"body":{"a":7,"b":"7","c":"a: b"},"kind":"http","url":"http://127.0.0.1:1/x"},` +
				`"include_jobs":false}`},
		{"num_jobs: 1\nworkload:\n  kind: mix\n  parts:\n    - workload: {kind: http, url: '${T_TARGET}', connections: '${T_N}', method: '${T_N}'}",
			`{"num_jobs":1,"workload":{"kind":"mix","parts":[{"workload":{"connections":7,"kind":"http","method":"7",` +
				`"url":"http://127.0.0.1:1"}}]},"include_jobs":false}`},
		{"num_jobs: 1\nsecrets: [T_TARGET]\nworkload: {kind: http, url: '${T_TARGET}'}",
			`{"num_jobs":1,"workload":{"kind":"http","url":"http://127.0.0.1:1"},"include_jobs":false,` +
				`"secrets":{"T_TARGET":"http://127.0.0.1:1"}}`},
	} {
		got, err := specOf(t, test.file, "-")
		if err != nil {
			t.Errorf("%s:\n%v", test.file, err)
		}
		if diff := cmp.Diff(test.want, strings.ReplaceAll(got, `\u0026`, "&")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.file, diff)
		}
	}
}

// A reference that has no value is refused with its place in the file. Flags are
// no file.
func TestWrongVariables(t *testing.T) {
	t.Setenv("T_TOKEN", "s3cr3t-long")
	const unset = " of the environment, which is not set; set it, or give a default as "
	for _, test := range []struct{ file, want string }{
		{"num_jobs: 1\nname: a ${T_NONE}", "standard input:2:1: name: needs the variable T_NONE" + unset + "${T_NONE:-default}"},
		{"{\n \"num_jobs\": \"${T_NONE}\"}", "standard input:2:2: num_jobs: needs the variable T_NONE" + unset + "${T_NONE:-default}"},
		{"num_jobs: 1\nname: a ${T_NONE", "standard input:2:1: name: has ${ without }; write $${ for ${ itself"},
		{"num_jobs: 1\nname: '${a.b}'", "standard input:2:1: name: has ${a.b}, which is not the name of a variable, " +
			"such as ${TARGET} or ${TARGET:-default}; write $${ for ${ itself"},
		{"num_jobs: ${T_NONE:-x}", `standard input:1:1: num_jobs: must be an integer from 1 to 10000000; got "x"`},
		{"num_jobs: 1\nsecrets: [T_TOKN]\nname: '${T_TOKEN}'",
			"standard input:2:11: secrets[0]: T_TOKN is nowhere in the file as ${T_TOKN}; did you mean T_TOKEN?"},
		{"num_jobs: 1\nsecrets: [T_TOKEN]\nthresholds: ['${T_TOKEN}']",
			"standard input:3:14: thresholds[0]: cannot contain T_TOKEN, which is a secret: secrets stand in the workload"},
		{"num_jobs: x\nsecrets: [T_TOKEN]\nworkload: {kind: http, url: '${T_TOKEN}', connections: '${T_TOKEN}'}",
			`standard input:1:1: num_jobs: must be an integer from 1 to 10000000; got "x"; ` +
				`standard input:3:43: workload.connections: must be an integer from 1 to 1000000; got "***"`},
		{"num_jobs: 1\nworkload: {kind: http, url: ${T_TOKEN}}",
			"standard input:2:30: is not YAML: the object that begins in line 2 has no comma here, or no } at its end; within [ ] and { } a text with ${NAME} needs quotes"},
	} {
		if _, err := specOf(t, test.file, "-"); err == nil || err.Error() != test.want {
			t.Errorf("%s:\n%v, want\n%s", test.file, err, test.want)
		}
	}
	got, err := specOf(t, "", "--jobs", "1", "--name", "${T_NONE}")
	if err != nil || !strings.Contains(got, `"name":"${T_NONE}"`) {
		t.Errorf("the name of a flag is in %s, %v, want it unchanged", got, err)
	}
}
