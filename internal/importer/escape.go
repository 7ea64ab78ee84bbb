package importer

import "strings"

// Variables of a shell stand in the texts of a Request between two noncharacters
// of Unicode, which no text has.
const (
	variableStart = "\U0010FFFE"
	variableEnd   = "\U0010FFFF"
)

// variable returns what stands for a variable in the texts of a Request.
func variable(name string) string { return variableStart + name + variableEnd }

// hasVariable reports whether a text has a variable.
func hasVariable(text string) bool { return strings.Contains(text, variableStart) }

// inFile returns a text as a spec file has it: with variables, and without what a
// spec file would take for one.
func inFile(text string) string {
	text = strings.ReplaceAll(text, "${", "$${")
	return strings.NewReplacer(variableStart, "${", variableEnd, "}").Replace(text)
}

// inTemplate returns a text as a spec file has it where values have fields.
func inTemplate(text string) string { return inFile(strings.ReplaceAll(text, "{{", "{{{{")) }
