package importer

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// openAPIMethods are the methods of operations, in the order of the requests.
var openAPIMethods = []string{"get", "head", "options", "post", "put", "patch", "delete", "trace"}

// OpenAPIMethods returns the methods that an operation may have, in capitals.
func OpenAPIMethods() []string {
	methods := make([]string, len(openAPIMethods))
	for i, method := range openAPIMethods {
		methods[i] = strings.ToUpper(method)
	}
	return methods
}

// An OpenAPIChoice says which operations are imported.
type OpenAPIChoice struct {
	BaseURL string   // in place of the document's server; "" for that
	Methods []string // in capitals
	Wanted  func(path string) bool
}

// An openAPI is a document of OpenAPI 3.0 or 3.1, decoded as JSON is.
type openAPI struct {
	root map[string]any
	base string
}

// OpenAPI reads the chosen operations of a document, one request each, in the
// order of their paths. Parameters and bodies have the document's examples and
// defaults, or else fields that draw a value of their schema. The error is a
// *LocationError.
func OpenAPI(document any, choice OpenAPIChoice) ([]Request, error) {
	root, ok := document.(map[string]any)
	if version, _ := root["openapi"].(string); !ok || !strings.HasPrefix(version, "3.") {
		return nil, &LocationError{"openapi", "must be the version of a document of OpenAPI 3, such as 3.1.0; " +
			"convert other documents first"}
	}
	o := openAPI{root: root}
	var err error
	if o.base, err = o.server(choice.BaseURL); err != nil {
		return nil, err
	}
	paths, _ := root["paths"].(map[string]any)
	var requests []Request
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if !choice.Wanted(path) {
			continue
		}
		item := o.object(paths[path])
		for _, method := range openAPIMethods {
			operation := o.object(item[method])
			if operation == nil || !slices.Contains(choice.Methods, strings.ToUpper(method)) {
				continue
			}
			r, err := o.request(path, method, item, operation)
			if err != nil {
				return nil, err
			}
			requests = append(requests, r)
		}
	}
	return requests, nil
}

// server returns the URL before all paths.
func (o *openAPI) server(given string) (string, error) {
	if given != "" {
		return strings.TrimSuffix(given, "/"), nil
	}
	servers, _ := o.root["servers"].([]any)
	const needed = "must have an absolute URL of http or https; give --base-url"
	if len(servers) == 0 {
		return "", &LocationError{"servers", needed}
	}
	server := o.object(servers[0])
	address, _ := server["url"].(string)
	for name, variable := range o.object(server["variables"]) {
		value, _ := o.object(variable)["default"].(string)
		address = strings.ReplaceAll(address, "{"+name+"}", value)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Contains(address, "{") {
		return "", &LocationError{"servers[0].url", fmt.Sprintf("%s; got %q", needed, address)}
	}
	return strings.TrimSuffix(address, "/"), nil
}

// request returns the request of an operation.
func (o *openAPI) request(path, method string, item, operation map[string]any) (Request, error) {
	at := "paths." + path + "." + method
	r := Request{Method: strings.ToUpper(method), Statuses: []string{"2xx"}}
	var query []string
	target := path
	for _, p := range o.parameters(item, operation) {
		name, _ := p["name"].(string)
		in, _ := p["in"].(string)
		required, _ := p["required"].(bool)
		value, how := o.parameterValue(p)
		switch {
		case in == "path" && value == "":
			return r, &LocationError{at, fmt.Sprintf("has a parameter %q in its path without an example, "+
				"which only an example can fill; add one to the document", name)}
		case in == "path":
			target = strings.ReplaceAll(target, "{"+name+"}", escapeOutsideFields(value, url.PathEscape))
		case !required && how != fromDocument:
			continue // it has a value of its own at the server
		case in == "query":
			query = append(query, url.QueryEscape(name)+"="+escapeOutsideFields(value, url.QueryEscape))
		case in == "header" && !slices.Contains(ignoredHeaders, strings.ToLower(name)):
			r.addHeader(name, value)
		case in == "cookie":
			r.addHeader("Cookie", name+"="+escapeOutsideFields(value, url.QueryEscape))
		}
		if how == drawn && value != "" {
			r.note("%s parameter %s is drawn from its schema, since the document has no example", in, name)
		}
	}
	if before, _, found := strings.Cut(withoutFields(target), "}"); found || strings.Contains(before, "{") {
		return r, &LocationError{at, "has a parameter in its path that is not declared"}
	}
	if r.URL = o.base + target; len(query) > 0 {
		r.URL += "?" + strings.Join(query, "&")
	}
	o.addSecurityNote(&r, operation)
	return r, o.addBody(&r, at, operation)
}

// ignoredHeaders are parameters that OpenAPI ignores: other members say them.
var ignoredHeaders = []string{"accept", "content-type", "authorization"}

// parameters returns the parameters of an operation. Those of its path stand
// behind it.
func (o *openAPI) parameters(item, operation map[string]any) (all []map[string]any) {
	for _, of := range []map[string]any{operation, item} {
		list, _ := of["parameters"].([]any)
		for _, entry := range list {
			p := o.object(entry)
			same := func(other map[string]any) bool { return other["name"] == p["name"] && other["in"] == p["in"] }
			if p != nil && isText(p["name"]) && isText(p["in"]) && !slices.ContainsFunc(all, same) {
				all = append(all, p)
			}
		}
	}
	return all
}

func isText(value any) bool {
	_, ok := value.(string)
	return ok
}

// addSecurityNote notes that a request needs credentials.
func (o *openAPI) addSecurityNote(r *Request, operation map[string]any) {
	security, given := operation["security"].([]any)
	if !given {
		security, _ = o.root["security"].([]any)
	}
	for _, one := range security {
		for _, name := range slices.Sorted(maps.Keys(o.object(one))) {
			r.note("needs the credentials of %s, which a document does not have: add a header or basic_auth", name)
		}
	}
}

// openAPIMedia are the media types that bodies are made for, in order.
var openAPIMedia = []string{"application/json", "application/x-www-form-urlencoded", "text/plain"}

// addBody adds the body of an operation.
func (o *openAPI) addBody(r *Request, at string, operation map[string]any) error {
	body := o.object(operation["requestBody"])
	content := o.object(body["content"])
	if len(content) == 0 {
		return nil
	}
	media := ""
	for _, candidate := range append(slices.Clone(openAPIMedia), slices.Sorted(maps.Keys(content))...) {
		if _, given := content[candidate]; given && (media == "" && slices.Contains(openAPIMedia, candidate) ||
			media == "" && strings.HasSuffix(candidate, "+json")) {
			media = candidate
		}
	}
	required, _ := body["required"].(bool)
	if media == "" {
		if required {
			return &LocationError{at + ".requestBody", fmt.Sprintf("has none of %s; "+
				"leave the operation out with --match", strings.Join(openAPIMedia, ", "))}
		}
		r.note("is sent without its body, which is none of %s", strings.Join(openAPIMedia, ", "))
		return nil
	}
	value, how := o.example(o.object(content[media]))
	if how == drawn {
		r.note("the body is made of its schema, since the document has no example")
	}
	switch media {
	case "text/plain":
		r.Body = []byte(textOf(value))
	case "application/x-www-form-urlencoded":
		fields, _ := value.(map[string]any)
		var form []string
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			form = append(form, url.QueryEscape(name)+"="+escapeOutsideFields(textOf(fields[name]), url.QueryEscape))
		}
		r.Body = []byte(strings.Join(form, "&"))
	default:
		r.Body = []byte(jsonOf(value))
	}
	r.addHeader("Content-Type", media)
	return nil
}

// object returns an object, which may be a reference within the document; nil if
// it is none.
func (o *openAPI) object(value any) map[string]any {
	for range 20 { // references may be a circle
		object, _ := value.(map[string]any)
		reference, ok := object["$ref"].(string)
		if !ok {
			return object
		}
		value = o.at(reference)
	}
	return nil
}

// at returns what a reference such as #/components/schemas/Item refers to.
func (o *openAPI) at(reference string) any {
	path, local := strings.CutPrefix(reference, "#/")
	if !local {
		return nil
	}
	var value any = o.root
	for key := range strings.SplitSeq(path, "/") {
		object, _ := value.(map[string]any)
		if unescaped, err := url.PathUnescape(key); err == nil {
			key = unescaped
		}
		value = object[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	return value
}
