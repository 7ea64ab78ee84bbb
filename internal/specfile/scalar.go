package specfile

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// A binaryValue is the decoded value of a scalar tagged !!binary.
type binaryValue []byte

// Scalars of the core schema that are not text (YAML 1.2.2, section 10.3).
var (
	yamlNull    = []string{"", "~", "null", "Null", "NULL"}
	yamlTrue    = []string{"true", "True", "TRUE"}
	yamlFalse   = []string{"false", "False", "FALSE"}
	yamlDecimal = lazyregexp.New(`^([-+]?)([0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?$`)
	yamlOctal   = lazyregexp.New(`^0o[0-7]+$`)
	yamlHex     = lazyregexp.New(`^0x[0-9a-fA-F]+$`)
	yamlInfNaN  = lazyregexp.New(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// maxYAMLDigits limits the digits of a hexadecimal or octal number.
const maxYAMLDigits = 200

// decodeScalar returns the value of a scalar: a string, json.Number, bool, nil
// or binaryValue.
func decodeScalar(node *yaml.Node) (any, error) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if node.Style&yaml.TaggedStyle == 0 {
		if node.Style&quoted != 0 {
			return node.Value, nil
		}
		return DecodePlain(node.Value)
	}
	switch node.Tag {
	case "!!str":
		return node.Value, nil
	case "!!binary":
		content, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(node.Value), ""))
		if err != nil {
			return nil, fmt.Errorf("is marked as binary and must be base64: %w", err)
		}
		return binaryValue(content), nil
	case "!!timestamp":
		return node.Value, nil // unchanged
	case "!!null", "!!bool", "!!int", "!!float":
		return decodeTaggedScalar(node)
	}
	return nil, fmt.Errorf("has the tag %s, for which there is no use here", node.Tag)
}

// isString reports whether a node is a string.
func isString(node *yaml.Node) bool {
	if node.Kind != yaml.ScalarNode {
		return false
	}
	value, err := decodeScalar(node)
	_, ok := value.(string)
	return ok && err == nil
}

// decodeTaggedScalar decodes a scalar whose tag is a type other than text.
func decodeTaggedScalar(node *yaml.Node) (any, error) {
	value, err := DecodePlain(node.Value)
	if err != nil {
		return nil, err
	}
	ok := false
	switch number := value.(type) {
	case nil:
		ok = node.Tag == "!!null"
	case bool:
		ok = node.Tag == "!!bool"
	case json.Number:
		ok = node.Tag == "!!float" || node.Tag == "!!int" && !strings.ContainsAny(number.String(), ".eE")
	}
	if !ok {
		return nil, fmt.Errorf("has the tag %s and must be that; got %q", node.Tag, node.Value)
	}
	return value, nil
}

// DecodePlain returns the value of a YAML scalar without quotes or tag: a string,
// json.Number, bool or nil.
func DecodePlain(text string) (any, error) {
	switch {
	case slices.Contains(yamlNull, text):
		return nil, nil
	case slices.Contains(yamlTrue, text):
		return true, nil
	case slices.Contains(yamlFalse, text):
		return false, nil
	case yamlInfNaN().MatchString(text):
		return nil, fmt.Errorf("must be a number that JSON has; got %s", text)
	case yamlOctal().MatchString(text) || yamlHex().MatchString(text):
		if len(text) > maxYAMLDigits {
			return nil, errors.New("has too many digits; write a number of that size in decimal")
		}
		number, _ := new(big.Int).SetString(text, 0) // base 0 accepts 0o and 0x
		return json.Number(number.String()), nil
	}
	if number := jsonDecimal(text); number != "" {
		return json.Number(number), nil
	}
	return text, nil
}

// jsonDecimal returns a decimal number in JSON's notation with all its digits;
// "" if the text is not a number. JSON has no plus sign and no leading zeros,
// and needs digits on both sides of a point.
func jsonDecimal(text string) string {
	parts := yamlDecimal().FindStringSubmatch(text)
	if parts == nil || strings.Trim(parts[2]+parts[3], ".") == "" {
		return ""
	}
	sign, whole := strings.TrimPrefix(parts[1], "+"), strings.TrimLeft(parts[2], "0")
	fraction, exponent := parts[3], parts[4]
	if whole == "" {
		whole = "0"
	}
	return sign + whole + strings.TrimSuffix(fraction, ".") + exponent
}
