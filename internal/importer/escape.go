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

// inTemplate returns a text as a spec file has it where values have fields: with
// the fields of field, and without what would be taken for one.
func inTemplate(text string) string {
	text = strings.ReplaceAll(text, "{{", "{{{{")
	return inFile(strings.NewReplacer(fieldStart, "{{", fieldEnd, "}}").Replace(text))
}

// Fields stand in the texts of a Request between two other noncharacters. Those of
// numbers, in values that become JSON, have two of their own.
const (
	fieldStart  = "\U000FFFFE"
	fieldEnd    = "\U000FFFFF"
	numberStart = "\U000EFFFE"
	numberEnd   = "\U000EFFFF"
)

// field returns what stands for a field such as uuid in the texts of a Request.
func field(text string) string { return fieldStart + text + fieldEnd }

// numberField returns what stands for a field that is a number in a value.
func numberField(text string) string { return numberStart + text + numberEnd }

// withoutFields returns a text without its fields.
func withoutFields(text string) string {
	for {
		before, rest, found := strings.Cut(text, fieldStart)
		if !found {
			return text
		}
		_, after, _ := strings.Cut(rest, fieldEnd)
		text = before + after
	}
}

// escapeOutsideFields escapes a text but for its fields, whose values the client
// escapes.
func escapeOutsideFields(text string, escape func(string) string) string {
	before, rest, found := strings.Cut(text, fieldStart)
	if !found {
		return escape(text)
	}
	inner, after, _ := strings.Cut(rest, fieldEnd)
	return escape(before) + field(inner) + escapeOutsideFields(after, escape)
}
