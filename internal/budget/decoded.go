package budget

// What a JSON value takes at most once it is decoded into any: an item of a list,
// and, beside that, the map that an object becomes.
const (
	perItem   = 64
	perObject = 304
)

// DecodedSize estimates how much memory a JSON document takes once it is decoded,
// from its length and the number of its values. It reads the document once and
// takes nothing. Go rounds up what it allocates, by an eighth at most.
func DecodedSize(document []byte) int64 {
	items, objects := int64(1), int64(0)
	inText := false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{':
			objects++
		case c == ',' || c == ':' || c == '[':
			items++
		}
	}
	texts := int64(len(document))
	return texts + texts/8 + items*perItem + objects*perObject
}
